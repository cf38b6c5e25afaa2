"""sts:AssumeRoleWithSAML: nobody signs the call; the identity provider's assertion speaks.

Stricter than AWS in one thing: an assertion is good once for each role.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from federation import answers, attempts, redeeming, saml_events, saml_sessions, trust
from federation.checks import Log, Refused
from federation.models import FederatedAttempt, SamlProvider
from federation.operations.resources import SAML_ARN
from federation.redeeming import Proven
from federation.trial import offered
from identity import arns, journal, transactions, unsigned
from identity.errors import AwsError, InvalidIdentityToken
from identity.operations import session_parameters
from identity.unsigned import Result, Unsigned

_LONGEST = 100_000


class _Attempt:
    """What is known so far of one call, for the log that is kept of it either way."""

    def __init__(self, provider: SamlProvider, call: Unsigned) -> None:
        self.provider, self.call = provider, call
        self.log, self.document = Log(), ""
        self.proven: Proven | None = None

    def keep(self, outcome: str, **columns: Any) -> None:
        subject = self.proven.assertion.subject.value if self.proven else ""
        attempts.keep(
            self.provider,
            FederatedAttempt.SAML,
            FederatedAttempt.API,
            self.call.facts,
            self.log.checks,
            self.document,
            outcome=outcome,
            subject=subject,
            role_arn=self.call.params["RoleArn"],
            offered=offered(self.provider, self.document, self.proven) if self.document else [],
            **columns,
        )


@unsigned.operation("sts", "AssumeRoleWithSAML")
def assume_role_with_saml(call: Unsigned) -> Result:
    attempt = _Attempt(_provider(str(call.params["PrincipalArn"])), call)
    try:
        return _assumed(attempt, call)
    except Refused as problem:
        error = answers.error_of(problem)
        _refuse(attempt, error, problem.reason.name)
        raise error from problem
    except AwsError as problem:
        _refuse(attempt, problem, problem.code)
        raise


def _assumed(attempt: _Attempt, call: Unsigned) -> Result:
    """Verify, authorise and issue. Raises Refused and AwsError."""
    params, facts, log = call.params, call.facts, attempt.log
    attempt.document = redeeming.decoded(params["SAMLAssertion"], _LONGEST)
    proven = redeeming.prove(attempt.provider, attempt.document, facts, log, strict=False)
    attempt.proven = proven
    session = saml_sessions.wanted(
        proven,
        asked_seconds=params.get("DurationSeconds"),
        policies=session_parameters.policies(params, attempt.provider.account),
    )
    role = trust.role_named(params["RoleArn"])
    made = saml_sessions.entry(proven, params["RoleArn"], role, facts, log, session)
    with transactions.transient():
        saml_sessions.claim(proven, log, purpose=params["RoleArn"])
        minted, result = saml_sessions.mint(proven, made, facts)
        attempt.keep(FederatedAttempt.ACCEPTED, key_id=minted.row.pk)
    return result


def _provider(arn: str) -> SamlProvider:
    """The provider of this ARN in whichever account. Raises InvalidIdentityToken."""
    named = SAML_ARN.fullmatch(arn)
    rows = SamlProvider.objects.select_related("account")
    found = rows.filter(account=arns.owner(arn), name=named[1]).first() if named else None
    if found is None:
        raise InvalidIdentityToken(answers.NO_PROVIDER)
    return found


def _refuse(attempt: _Attempt, error: AwsError, reason: str) -> None:
    """Into the provider's sign-in log, which is bounded; into the audit log who was proven only.

    Anybody can call this without a key: nobody is to fill an account's audit log with it.
    """
    call, role = attempt.call, str(attempt.call.params["RoleArn"])
    if attempt.proven is not None:
        event = saml_events.refused(attempt.proven, role, call.facts, error)
        journal.append(event)
        error.event_id = str(event.id)
    with transaction.atomic():
        attempt.keep(FederatedAttempt.REFUSED, refusal=reason, answer=error.message)
