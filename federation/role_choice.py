"""The last step of single sign-on: which role, and with it a session."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from federation import acs, answers, openid_sign_in, saml_events, single_logout, trust
from federation.checks import Check, Log, Reason
from federation.minting import Entry, Minted
from federation.models import FederatedAttempt, PendingSignIn
from federation.proofs import Proof, SamlProof
from federation.trial import Trial
from identity import outbox, sessions, vault
from identity.errors import AwsError, InvalidIdentityToken
from identity.facts import Facts
from identity.models import Account, Role


@dataclass(frozen=True, slots=True)
class Option:
    """A role that the provider offers: how it is entered, or what refuses; `log` tells of it."""

    role_arn: str
    proof: Proof
    made: Entry | None
    problem: AwsError | None
    log: Log

    @property
    def role(self) -> Role | None:
        return self.made.role if self.made else None

    @property
    def why(self) -> str:
        """It cannot be used, or nothing."""
        return self.problem.message if self.problem else ""

    @property
    def account(self) -> Account:
        """Of the role and its provider alike."""
        return self.proof.provider.account

    @property
    def label(self) -> str:
        return self.role.name if self.role else ""

    def fits(self, text: str) -> bool:
        """Whether every word is in the role's name or description, or in its account's."""
        told = [self.label, self.role.description if self.role else ""]
        told += [self.account.pk, self.account.alias or "", self.account.name]
        whole = "\n".join(told).casefold()
        return all(word in whole for word in text.casefold().split())


@dataclass(frozen=True, slots=True)
class Received:
    """What was verified, as it waits for its person."""

    row: PendingSignIn
    proofs: tuple[Proof, ...]
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
    row = PendingSignIn.of(acs.hashed(handle)) if handle else None
    if (
        row is None
        or row.expires_at <= facts.at
        or (row.browser and row.browser != acs.hashed(browser))
    ):
        return None
    kept = json.loads(vault.unseal(row.sealed_claims, row.purpose))
    then = replace(facts, at=datetime.fromisoformat(kept["at"]))
    of_saml = row.openid_provider_id is None
    found = _proofs_of_saml(kept, then) if of_saml else openid_sign_in.proofs(row, kept, then)
    proofs = tuple(found)
    if not proofs:
        raise acs.RejectedError(answers.NO_PROVIDER, str(row.attempt_id))
    return Received(row, proofs, kept["attempts"])


def _proofs_of_saml(kept: Mapping[str, Any], then: Facts) -> Iterator[Proof]:
    for arn in kept["attempts"]:
        if provider := acs.provider_named(arn):
            trial = Trial(provider, Log())
            trial.verify(kept["document"], kept["acs"], then)
            if trial.proven:
                yield SamlProof(trial.proven)


def _options(proofs: Iterable[Proof], facts: Facts) -> Iterator[Option]:
    """Each role of each proven provider, once, in the provider's order."""
    offered: dict[str, Proof] = {}
    for proof in proofs:
        for arn in proof.role_arns:
            offered.setdefault(arn, proof)
    roles = trust.roles_named(offered)
    for arn, proof in offered.items():
        yield _option(arn, proof, roles.get(arn), facts)


def _option(role_arn: str, proof: Proof, role: Role | None, facts: Facts) -> Option:
    log = Log()
    try:
        return Option(role_arn, proof, proof.entry(role_arn, role, facts, log), None, log)
    except AwsError as problem:
        return Option(role_arn, proof, None, problem, log)


def nothing_usable(received: Received, options: Iterable[Option]) -> acs.RejectedError:
    """What to say when no role that is offered can be used; the log learns it of each."""
    why = tuple((option.role_arn, option.why) for option in options)
    sentence = received.proofs[0].not_authorized
    for attempt in FederatedAttempt.objects.filter(
        pk__in=received.attempts.values(), outcome=FederatedAttempt.CHOOSING
    ):
        log = Log([_unusable(*each) for each in why])
        told = {"refusal": Reason.ROLE.name, "answer": sentence}
        _settle(attempt, log, FederatedAttempt.REFUSED, "", **told)
    return acs.RejectedError(sentence, str(received.row.attempt_id), why)


def _unusable(role_arn: str, why: str) -> Check:
    return Check(
        "role",
        passed=False,
        expected="a role whose trust policy lets this person of the provider in",
        found=f"{role_arn}: {why}",
        remedy="offer another role, or let the role trust the provider",
    )


def finish(request: HttpRequest, received: Received, option: Option | None, facts: Facts) -> str:
    """Sign in with the role; returns the page to go to. Raises RejectedError, for none offered too.

    A session that the browser has is over then. Of two posts of the same page one signs in.
    """
    if option is None:
        raise acs.RejectedError(answers.NO_PAIR, str(received.row.attempt_id))
    attempt, role_arn = _attempt_of(received, option), option.role_arn
    try:
        with transaction.atomic():
            minted = _entered(request, received, option, facts)
            _settle(attempt, option.log, FederatedAttempt.ACCEPTED, role_arn, key_id=minted.row.pk)
    except AwsError as problem:
        told = {"refusal": problem.code, "answer": problem.message}
        _settle(attempt, option.log, FederatedAttempt.REFUSED, role_arn, **told)
        raise acs.RejectedError(problem.message, str(attempt.pk) if attempt else "") from problem
    return received.row.after


def _attempt_of(received: Received, option: Option) -> FederatedAttempt | None:
    """The line in the log of the role's provider: mostly the one that came with the row."""
    number = received.attempts[option.proof.provider.arn]
    if str(received.row.attempt_id) == number:
        return received.row.attempt
    return FederatedAttempt.objects.filter(pk=number).first()


def _entered(request: HttpRequest, received: Received, option: Option, facts: Facts) -> Minted:
    if option.made is None:
        assert option.problem is not None  # one of the two
        raise option.problem
    if not PendingSignIn.objects.filter(pk=received.row.pk).delete()[0]:
        raise InvalidIdentityToken("This sign-in was finished before")
    minted = option.proof.mint(option.made, facts)
    _begin(request, received, option.proof, minted, facts)
    return minted


def _begin(
    request: HttpRequest, received: Received, proof: Proof, minted: Minted, facts: Facts
) -> None:
    """The console session, which ends with its credentials; who signs out ends these, too."""
    kept = proof.kept
    sessions.start_with(request, minted.row, facts, issuer=proof.again, owned=True, more=kept)
    if came_by := kept.get("saml"):
        single_logout.remember(came_by, proof.provider.pk, minted.row)
    event = saml_events.signed_in(minted, proof.provider, facts, received.row.after)
    outbox.add(event)


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
    attempt.save(update_fields=["outcome", "role_arn", "checks", *columns])
