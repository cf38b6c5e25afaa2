"""Responses of identity providers as browsers bring them: verified, used up, kept for a choice.

The post from the identity provider's page carries none of our cookies. So what came waits for a
short-lived cookie, and the page that has it (`federation.role_choice`) finishes the sign-in. Until
then nobody is signed in or out.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from federation import answers, provider_tests, redeeming, saml_sessions
from federation.checks import Log, Reason, Refused
from federation.models import FederatedAttempt, PendingSignIn, SamlProvider, SamlRequest, SamlSignOn
from federation.operations.resources import SAML_ARN
from federation.saml import peek, profile
from federation.saml.xmlsafe import XmlError
from federation.trial import Trial
from identity import arns, vault
from identity.errors import InvalidIdentityToken
from identity.facts import Facts

LONGEST = 262_144
CHOOSING = timedelta(minutes=5)
MOST_PROVIDERS = 10
"""Of how many accounts one assertion may name roles at a time."""


class RejectedError(Exception):
    """Nobody is signed in: `sentence` is AWS's, `attempt` leads an administrator to the reason.

    `reasons` say of each role that was offered why it cannot be used.
    """

    def __init__(
        self, sentence: str, attempt: str = "", reasons: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.attempt, self.reasons = sentence, attempt, reasons


@dataclass(frozen=True, slots=True)
class Arrived:
    """A handle for the browser's cookie; or, of a test, the page that tells of it."""

    handle: str
    page: str = ""


def hashed(cookie: str) -> str:
    """What is stored of a cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def receive(response: str, acs: str, uuid: str, after: str, facts: Facts) -> Arrived:
    """Verify and use up what was posted to `acs`.

    `uuid` is of the one provider that this address is for, or ""; `after` is where an identity
    provider that began would like people to go, a page of ours. Raises RejectedError.
    """
    document = _document(response, facts)
    trials = [Trial(one, Log()) for one in _providers(document, uuid, facts)]
    if not trials:
        raise RejectedError(answers.NO_PROVIDER, facts.request_id)
    for trial in trials:
        trial.verify(document, acs, facts)
    proven = [trial for trial in trials if trial.proven]
    if not proven:
        if test := _test_of(trials[0].provider, document, facts):
            return _tested(trials[0], test, document, facts)
        raise _rejected(trials, document, facts)
    return _accept(proven, document, acs, after, facts)


def _document(response: str, facts: Facts) -> str:
    try:
        return redeeming.decoded(response, LONGEST)
    except InvalidIdentityToken as problem:
        raise RejectedError(answers.INVALID, facts.request_id) from problem


def _providers(document: str, uuid: str, facts: Facts) -> list[SamlProvider]:
    """Those that the document itself names; no more of it is believed before it is verified."""
    rows = SamlProvider.objects.select_related("account")
    if uuid:
        return list(rows.filter(uuid=uuid))
    try:
        _issuer, pairs = peek.issuer_and_pairs(document)
    except XmlError as problem:
        raise RejectedError(answers.INVALID, facts.request_id) from problem
    if not pairs:  # it may be encrypted; then our request says whom we asked
        return _asked(document, facts)
    named = dict.fromkeys(pair.provider_arn for pair in pairs)
    found = (provider_named(arn) for arn in list(named)[:MOST_PROVIDERS])
    return [provider for provider in found if provider]


def _asked(document: str, facts: Facts) -> list[SamlProvider]:
    rows = SamlRequest.objects.filter(pk=peek.in_response_to(document), expires_at__gt=facts.at)
    found = rows.select_related("provider__account").first()
    return [found.provider] if found else []


def provider_named(arn: str) -> SamlProvider | None:
    named = SAML_ARN.fullmatch(arn)
    return SamlProvider.named_in(arns.owner(arn), named[1]) if named else None


def _accept(trials: list[Trial], document: str, acs: str, after: str, facts: Facts) -> Arrived:
    """Keep what is proven for its browser, and see that it is never taken again."""
    try:
        with transaction.atomic():
            request = _answered(trials, facts)
            for trial in trials:
                saml_sessions.claim(trial.result, trial.log, purpose="console")
            if request and request.test:
                return _tested(trials[0], request, document, facts)
            kept = [_attempt(trial, document, facts, FederatedAttempt.CHOOSING) for trial in trials]
            handle, row = _pending(kept, trials[0].provider, document, acs, facts)
            row.browser = request.browser if request else ""
            row.after = request.after if request else after
            row.save(force_insert=True)
            return Arrived(handle)
    except Refused as problem:
        trials[0].refusal = problem
        raise _rejected(trials, document, facts) from problem
    except InvalidIdentityToken as problem:
        raise _rejected(trials, document, facts, problem.message) from problem


def _tested(trial: Trial, request: SamlRequest, document: str, facts: Facts) -> Arrived:
    """A test ends here: whoever began it reads the attempt."""
    attempt = provider_tests.finished(trial, document, facts)
    return Arrived("", f"{request.after}?attempt={attempt.pk}")


def _test_of(provider: SamlProvider, document: str, facts: Facts) -> SamlRequest | None:
    """The test that a refused response says it answers: its page is better than a refusal."""
    try:
        answered = peek.in_response_to(document)
    except XmlError:
        return None
    rows = SamlRequest.objects.filter(pk=answered, provider=provider, expires_at__gt=facts.at)
    return rows.filter(test=True).first()


def _answered(trials: list[Trial], facts: Facts) -> SamlRequest | None:
    """Our request that this answers, used up; None for a provider that may begin, and did."""
    first = trials[0]
    answered = first.result.assertion.in_response_to
    name = "Answers a request of ours"
    if not answered:
        if all(_may_begin(trial.provider) for trial in trials):
            return None
        remedy = "Start at the sign-in page, or let the provider begin: its tab Sign-in."
        first.log.refuse(Reason.IRT, name, "an InResponseTo", "none", remedy)
    providers = [trial.provider for trial in trials]
    rows = SamlRequest.objects.filter(pk=answered, provider__in=providers, expires_at__gt=facts.at)
    found = rows.select_for_update().first()
    if found is None:
        remedy = "Sign in again: a request is answered once, within ten minutes."
        first.log.refuse(Reason.IRT, name, "a request that waits", answered, remedy)
    found.delete()
    first.log.ok(name, answered, answered)
    if found.fresh:
        _require_fresh(first, found)
    return found


def _require_fresh(trial: Trial, request: SamlRequest) -> None:
    """The person signed in there after we asked (core, 3.4.1: ForceAuthn), give or take a clock."""
    signed_in, name = trial.result.assertion.authn_instant, "Signed in anew"
    expected = f"AuthnInstant from {request.begun_at} on"
    if signed_in < request.begun_at - profile.SKEW:
        remedy = "Let the identity provider heed ForceAuthn, or do not ask for it: tab Sign-in."
        trial.log.refuse(Reason.AUTHN, name, expected, str(signed_in), remedy)
    trial.log.ok(name, expected, str(signed_in))


def _may_begin(provider: SamlProvider) -> bool:
    return SamlSignOn.of(provider.pk).unsolicited


def _pending(
    kept: list[FederatedAttempt], provider: SamlProvider, document: str, acs: str, facts: Facts
) -> tuple[str, PendingSignIn]:
    """A handle for the browser and its row, not yet saved.

    The row has the response itself, which is verified again when a role has been chosen.
    """
    handle = secrets.token_urlsafe(32)
    row = PendingSignIn(handle=hashed(handle), provider=provider, attempt=kept[0])
    row.expires_at = facts.at + CHOOSING
    claims = {
        "document": document,
        "acs": acs,
        "at": facts.at.isoformat(),
        "attempts": {one.provider_arn: str(one.pk) for one in kept},
    }
    row.sealed_claims = vault.seal(json.dumps(claims).encode(), row.purpose)
    return handle, row


def _attempt(
    trial: Trial, document: str, facts: Facts, outcome: str, **columns: Any
) -> FederatedAttempt:
    surface = FederatedAttempt.CONSOLE
    return trial.keep(document, facts, surface, outcome=outcome, **columns)


def _rejected(
    trials: Iterable[Trial], document: str, facts: Facts, sentence: str = ""
) -> RejectedError:
    """Refused for good: each provider's log has it, the person gets one sentence for all."""
    kept = []
    for trial in trials:
        problem = trial.refusal
        told = sentence or (answers.error_of(problem).message if problem else answers.INVALID)
        reason = problem.reason.name if problem else Reason.REPLAY.name
        columns = {"refusal": reason, "answer": told}
        kept.append(_attempt(trial, document, facts, FederatedAttempt.REFUSED, **columns))
    return RejectedError(kept[0].answer, str(kept[0].pk))
