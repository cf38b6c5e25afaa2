"""The last step of single sign-on: which role, and with it a session."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from federation import acs, answers, saml_events, saml_sessions, trust
from federation.checks import Check, Log, Reason
from federation.minting import Minted
from federation.models import FederatedAttempt, PendingSignIn
from federation.redeeming import Proven
from identity import sessions, vault
from identity.account_paths import common
from identity.errors import AwsError, InvalidIdentityToken
from identity.facts import Facts
from identity.models import Account, Role

SESSION_KEY = "saml"
"""Under which a console session keeps what a logout at the identity provider needs."""


@dataclass(frozen=True, slots=True)
class Option:
    """A role that the assertion offers; `why` it cannot be used, or nothing."""

    role_arn: str
    proven: Proven
    role: Role | None
    why: str

    @property
    def account(self) -> Account:
        """Of the role and its provider alike."""
        return self.proven.provider.account

    @property
    def label(self) -> str:
        return self.role.name if self.role else ""


@dataclass(frozen=True, slots=True)
class Received:
    """A verified response, as it waits for its person."""

    row: PendingSignIn
    proofs: tuple[Proven, ...]
    attempts: Mapping[str, str]

    def options(self, facts: Facts) -> list[Option]:
        return list(_options(self.proofs, facts))

    def usable(self, facts: Facts) -> list[Option]:
        return [option for option in self.options(facts) if not option.why]


def waiting(handle: str, browser: str, facts: Facts) -> Received | None:
    """What waits for the browser with these two cookies; verified anew, as of when it came.

    None when it is over, or when the request was begun in another browser. A provider that was
    deleted or got other keys meanwhile proves nothing any more. Raises RejectedError.
    """
    rows = PendingSignIn.objects.filter(pk=acs.hashed(handle), expires_at__gt=facts.at)
    row = rows.select_related("attempt").first() if handle else None
    if row is None or (row.browser and row.browser != acs.hashed(browser)):
        return None
    kept = json.loads(vault.unseal(row.sealed_claims, row.purpose))
    then = replace(facts, at=datetime.fromisoformat(kept["at"]))
    proofs = []
    for arn in kept["attempts"]:
        if provider := acs.provider_named(arn):
            trial = acs.Trial(provider, Log())
            acs.attempt_with(trial, kept["document"], kept["acs"], then)
            proofs += [trial.proven] if trial.proven else []
    if not proofs:
        raise acs.RejectedError(answers.NO_PROVIDER, str(row.attempt_id))
    return Received(row, tuple(proofs), kept["attempts"])


def _options(proofs: Iterable[Proven], facts: Facts) -> Iterator[Option]:
    """Each role of each proven provider, once, in the order of the assertion."""
    seen: set[str] = set()
    for proven in proofs:
        for pair in proven.claims.pairs:
            if pair.provider_arn == proven.provider.arn and pair.role_arn not in seen:
                seen.add(pair.role_arn)
                role = trust.role_named(pair.role_arn)
                yield Option(pair.role_arn, proven, role, _why_not(proven, pair.role_arn, facts))


def _why_not(proven: Proven, role_arn: str, facts: Facts) -> str:
    try:
        saml_sessions.entry(proven, role_arn, facts, Log(), saml_sessions.wanted(proven))
    except AwsError as problem:
        return problem.message
    return ""


def nothing_usable(received: Received, options: Iterable[Option]) -> acs.RejectedError:
    """What to say when no role that is offered can be used; the log learns it of each."""
    why = tuple((option.role_arn, option.why) for option in options)
    for attempt in FederatedAttempt.objects.filter(
        pk__in=received.attempts.values(), outcome=FederatedAttempt.CHOOSING
    ):
        log = Log([_unusable(*each) for each in why])
        told = {"refusal": Reason.ROLE.name, "answer": answers.NOT_AUTHORIZED}
        _settle(attempt, log, FederatedAttempt.REFUSED, "", **told)
    return acs.RejectedError(answers.NOT_AUTHORIZED, str(received.row.attempt_id), why)


def _unusable(role_arn: str, why: str) -> Check:
    return Check(
        "role",
        passed=False,
        expected="a role whose trust policy lets this person of the provider in",
        found=f"{role_arn}: {why}",
        remedy="name another role in the Role attribute, or let the role trust the provider",
    )


def finish(request: HttpRequest, received: Received, role_arn: str, facts: Facts) -> str:
    """Sign in with the role; returns the page to go to. Raises RejectedError.

    A session that the browser has is over then. Of two posts of the same page one signs in.
    """
    offered = {one.role_arn: one for one in received.options(facts)}
    option = offered.get(role_arn)
    if option is None:
        raise acs.RejectedError(answers.NO_PAIR, str(received.row.attempt_id))
    proven, log = option.proven, Log()
    attempt = FederatedAttempt.objects.filter(pk=received.attempts[proven.provider.arn]).first()
    try:
        made = saml_sessions.entry(proven, role_arn, facts, log, saml_sessions.wanted(proven))
        with transaction.atomic():
            if not PendingSignIn.objects.filter(pk=received.row.pk).delete()[0]:
                raise InvalidIdentityToken("The assertion was used before")
            minted, _result = saml_sessions.mint(proven, made, facts)
            _begin(request, received, proven, minted, facts)
            _settle(attempt, log, FederatedAttempt.ACCEPTED, role_arn, key_id=minted.row.pk)
    except AwsError as problem:
        told = {"refusal": problem.code, "answer": problem.message}
        _settle(attempt, log, FederatedAttempt.REFUSED, role_arn, **told)
        raise acs.RejectedError(problem.message, str(attempt.pk) if attempt else "") from problem
    return received.row.after


def _begin(
    request: HttpRequest, received: Received, proven: Proven, minted: Minted, facts: Facts
) -> None:
    """The console session, which ends with its credentials; who signs out ends these, too."""
    provider, subject = proven.provider, proven.assertion.subject
    again = common("sign-in-saml", provider.account_id, provider.name)
    sessions.start_with(request, minted.row, facts, issuer=again, owned=True)
    request.session[SESSION_KEY] = {
        "provider": provider.arn,
        "issuer": proven.assertion.issuer,
        "name_id": [
            subject.value,
            subject.format,
            subject.name_qualifier,
            subject.sp_name_qualifier,
        ],
        "session_index": proven.assertion.session_index,
    }
    event = saml_events.signed_in(minted, provider, facts, received.row.after)
    event.save(force_insert=True)


def _settle(
    attempt: FederatedAttempt | None, log: Log, outcome: str, role_arn: str, **columns: Any
) -> None:
    """Write into the log of the response what became of it."""
    if attempt is None:
        return
    attempt.outcome, attempt.role_arn = outcome, role_arn
    attempt.checks = [*attempt.checks, *(asdict(check) for check in log.checks)]
    for name, value in columns.items():
        setattr(attempt, name, value)
    attempt.save()
