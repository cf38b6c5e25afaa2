"""Signing in to the console at an OpenID provider: authorization code with PKCE, state and nonce.

What comes back waits for its role as a SAML response does (`federation.role_choice`). Until a role
is chosen nobody is signed in or out. Every answer to a request of ours is kept in the sign-in log.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from federation import (
    acs,
    answers,
    attempts,
    key_sets,
    openid_roles,
    trust,
    ways_in,
    web_identity,
)
from federation.acs import Arrived, RejectedError
from federation.checks import Log, Reason, Refused
from federation.models import FederatedAttempt, OidcProvider, OidcRequest, OidcSignOn, PendingSignIn
from federation.oidc import authorization, https, issuer, token
from federation.oidc.authorization import Client, Kept
from federation.oidc.discovery import Configuration, DiscoveryError
from federation.proofs import OpenIdProof, Proof
from federation.web_identity import Proven
from identity import vault
from identity.account_paths import common
from identity.errors import AwsError, IDPCommunicationError
from identity.facts import Facts
from identity.models import Account

WAITING = timedelta(minutes=10)
MOST_WAITING = 1_000
"""Requests of one provider that wait at a time: anybody can begin some."""

UNREACHABLE = "Error in communicating with the identity provider"


def redirect_uri(provider: OidcProvider) -> str:
    """Where the provider sends people back; each has its own, so that answers cannot be mixed."""
    named = [provider.account_id, issuer.segment(provider.url)]
    return f"{settings.BASE_URL}{common('sign-in-oidc-callback', *named)}"


def start_url(provider: OidcProvider) -> str:
    """Where a sign-in with this provider begins, for a portal of it."""
    return f"{settings.BASE_URL}{ways_in.openid_url(provider.account_id, provider)}"


def offering(account: str, name: str) -> OidcSignOn | None:
    """How people sign in with the provider of that name, in the account of that ID or alias."""
    found = Account.objects.at(account).first()
    rows = OidcSignOn.objects.select_related("provider__account")
    return rows.filter(provider__account=found, provider__url=name).first() if found else None


def request_url(
    offer: OidcSignOn, browser: str, after: str, facts: Facts, *, test: bool = False
) -> str:
    """Where to send the browser that has the cookie `browser`. Raises RejectedError.

    `after` is the page to go to in the end; a `test` ends there, without a session.
    """
    provider = offer.provider
    configuration = _configuration(provider, facts)
    known, state = authorization.kept(), secrets.token_urlsafe(32)
    row = OidcRequest(
        state=acs.hashed(state),
        provider=provider,
        browser=acs.hashed(browser),
        after=after,
        test=test,
        expires_at=facts.at + WAITING,
    )
    row.sealed = vault.seal(json.dumps(asdict(known)).encode(), row.purpose)
    with transaction.atomic():
        _make_room(provider)
        row.save(force_insert=True)
    return authorization.request_url(configuration, _client(offer), state, known)


def _configuration(provider: OidcProvider, facts: Facts) -> Configuration:
    """What the provider says of itself, or the sign-in log says why it cannot be known."""
    log = Log()
    try:
        found = key_sets.configuration(provider, facts.at)
        if not (found.authorization_endpoint and found.token_endpoint):
            raise DiscoveryError("the discovery document has no endpoints for people to sign in")
    except (DiscoveryError, ValueError) as problem:
        log.failed("Provider", "its discovery document", str(problem)[:500])
        told = {"refusal": "IDPCommunicationError", "answer": UNREACHABLE}
        kept = _keep(provider, log, "", facts, FederatedAttempt.REFUSED, **told)
        raise RejectedError(UNREACHABLE, str(kept.pk)) from problem
    return found


def _client(offer: OidcSignOn) -> Client:
    return Client(offer.client_id, offer.secret, redirect_uri(offer.provider), offer.scopes)


def _make_room(provider: OidcProvider) -> None:
    waiting = OidcRequest.objects.filter(provider=provider).order_by("-expires_at")
    beyond = list(waiting.values_list("pk", flat=True)[MOST_WAITING - 1 :])
    OidcRequest.objects.filter(pk__in=beyond).delete()


# --- the way back --------------------------------------------------------------------------------


@dataclass
class _Trial:
    """One answer of a provider, and how far it came; `text` is the token once there is one."""

    offer: OidcSignOn
    request: OidcRequest
    log: Log
    text: str = ""
    subject: str = ""

    @property
    def surface(self) -> str:
        return FederatedAttempt.TEST if self.request.test else FederatedAttempt.CONSOLE

    def keep(self, facts: Facts, outcome: str, **columns: Any) -> FederatedAttempt:
        columns = {"surface": self.surface, "subject": self.subject, **columns}
        return _keep(self.offer.provider, self.log, self.text, facts, outcome, **columns)


def receive(offer: OidcSignOn, browser: str, given: Mapping[str, str], facts: Facts) -> Arrived:
    """Use up what came back to this provider's address. Raises RejectedError.

    The request is over whatever the answer is, and nothing but an answer to it is looked at.
    """
    request = _answered(offer.provider, browser, given.get("state", ""), facts)
    if request is None:
        raise RejectedError("")
    known = Kept(**json.loads(vault.unseal(request.sealed, request.purpose)))
    trial = _Trial(offer, request, Log())
    try:
        proof = _proven(trial, known, given, facts)
    except Refused as problem:
        return _rejected(trial, facts, problem.reason.name, _sentence(problem, facts))
    except AwsError as problem:
        return _rejected(trial, facts, problem.code, problem.message)
    return _accept(trial, proof, known, facts)


def _sentence(problem: Refused, facts: Facts) -> str:
    if problem.reason is Reason.STATUS:
        return answers.error_of(problem).message
    return web_identity.error_of(problem, facts).message


def _answered(provider: OidcProvider, browser: str, state: str, facts: Facts) -> OidcRequest | None:
    """The request of this browser that is answered, deleted: of two answers one finds it."""
    rows = OidcRequest.objects.filter(
        pk=acs.hashed(state),
        provider=provider,
        browser=acs.hashed(browser),
        expires_at__gt=facts.at,
    )
    found = rows.first() if state and browser else None
    return found if found and rows.delete()[0] else None


def _proven(trial: _Trial, known: Kept, given: Mapping[str, str], facts: Facts) -> OpenIdProof:
    """Code for token, then the one verifier. Raises Refused and AwsError."""
    offer, log = trial.offer, trial.log
    try:
        configuration = key_sets.configuration(offer.provider, facts.at)
        code = authorization.code(given, configuration, log)
        asked = authorization.token_request(configuration, _client(offer), code, known)
        reach = key_sets.reach(offer.provider)
        answer = https.post(configuration.token_endpoint, *asked, reach)
    except DiscoveryError as problem:
        log.failed("Trade of the code for a token", "an answer", str(problem)[:500])
        raise IDPCommunicationError(UNREACHABLE) from problem
    trial.text = authorization.id_token(answer, log)
    proven = _verified(offer, trial.text, known.nonce, facts, log)
    trial.subject = proven.claims.subject
    return _offered(offer, proven, log)


def _verified(offer: OidcSignOn, text: str, nonce: str, facts: Facts, log: Log) -> Proven:
    parsed = token.parse(text, log)
    client_id = offer.client_id
    return web_identity.prove(offer.provider, parsed, facts, log, client_id=client_id, nonce=nonce)


def _offered(offer: OidcSignOn, proven: Proven, log: Log) -> OpenIdProof:
    name = openid_roles.session_name(proven.claims, offer, log)
    roles = openid_roles.role_arns(proven.claims, offer.provider, offer, log)
    return OpenIdProof(proven, name, roles)


def _accept(trial: _Trial, proof: OpenIdProof, known: Kept, facts: Facts) -> Arrived:
    """Keep what is proven for its browser, until a role is chosen; a test ends here."""
    request = trial.request
    if request.test:
        return _of_test(trial, _tested(trial, proof, facts))
    handle = secrets.token_urlsafe(32)
    with transaction.atomic():
        kept = trial.keep(facts, FederatedAttempt.CHOOSING)
        row = PendingSignIn(
            handle=acs.hashed(handle),
            openid_provider=trial.offer.provider,
            browser=request.browser,
            after=request.after,
            attempt=kept,
            expires_at=facts.at + acs.CHOOSING,
        )
        claims = {
            "token": trial.text,
            "nonce": known.nonce,
            "at": facts.at.isoformat(),
            "attempts": {trial.offer.provider.arn: str(kept.pk)},
        }
        row.sealed_claims = vault.seal(json.dumps(claims).encode(), row.purpose)
        row.save(force_insert=True)
    return Arrived(handle)


def _tested(trial: _Trial, proof: OpenIdProof, facts: Facts) -> FederatedAttempt:
    """Of a test the log also has what each role's trust policy says."""
    usable, roles = False, trust.roles_named(proof.role_arns)
    for arn in dict.fromkeys(proof.role_arns):
        try:
            proof.entry(arn, roles.get(arn), facts, trial.log)
            usable = True
        except AwsError:  # the log has it
            continue
    outcome = FederatedAttempt.ACCEPTED if usable else FederatedAttempt.REFUSED
    refusal = "" if usable else Reason.ROLE.name
    return trial.keep(facts, outcome, refusal=refusal)


def proofs(row: PendingSignIn, kept: Mapping[str, Any], then: Facts) -> Iterator[Proof]:
    """What waits is verified anew, with the provider's settings and keys of now."""
    rows = OidcSignOn.objects.select_related("provider__account")
    offer = rows.filter(provider=row.openid_provider_id).first()
    if offer is None:
        return
    log = Log()
    try:
        yield _offered(offer, _verified(offer, kept["token"], kept["nonce"], then, log), log)
    except (Refused, AwsError):
        return


# --- the sign-in log -----------------------------------------------------------------------------


def _rejected(trial: _Trial, facts: Facts, reason: str, told: str) -> Arrived:
    """Of a test the page that tells of it. Raises RejectedError."""
    kept = trial.keep(facts, FederatedAttempt.REFUSED, refusal=reason, answer=told)
    if trial.request.test:
        return _of_test(trial, kept)
    raise RejectedError(told, str(kept.pk))


def _of_test(trial: _Trial, kept: FederatedAttempt) -> Arrived:
    return Arrived("", f"{trial.request.after}?attempt={kept.pk}")


def _keep(
    provider: OidcProvider,
    log: Log,
    text: str,
    facts: Facts,
    outcome: str,
    surface: str = FederatedAttempt.CONSOLE,
    **columns: Any,
) -> FederatedAttempt:
    """The token without its signature, so that nobody can use it again."""
    return attempts.keep(
        provider,
        FederatedAttempt.OIDC,
        surface,
        facts,
        log.checks,
        text.rpartition(".")[0],
        outcome=outcome,
        **columns,
    )
