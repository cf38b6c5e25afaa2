"""sts:AssumeRoleWithWebIdentity: nobody signs the call; the provider's ID token speaks.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from federation import attempts, trust, web_identity
from federation.checks import Log, Refused
from federation.minting import Entry, Wanted
from federation.models import FederatedAttempt, OidcProvider
from federation.oidc import token
from federation.oidc.token import Token
from federation.web_identity import Proven
from identity import journal, outbox, transactions, unsigned
from identity.errors import AwsError, InvalidIdentityToken, ValidationError
from identity.operations import session_parameters
from identity.unsigned import Result, Unsigned

_OPAQUE = ("www.amazon.com", "graph.facebook.com")


class _Attempt:
    """What is known so far of one call, for the log that is kept of it either way."""

    def __init__(self, provider: OidcProvider, call: Unsigned, log: Log) -> None:
        self.provider, self.call, self.log = provider, call, log
        self.proven: Proven | None = None

    def keep(self, outcome: str, **columns: Any) -> None:
        """The token without its signature, so that nobody can use it again."""
        params = self.call.params
        attempts.keep(
            self.provider,
            FederatedAttempt.OIDC,
            FederatedAttempt.API,
            self.call.facts,
            self.log.checks,
            params["WebIdentityToken"].rpartition(".")[0],
            outcome=outcome,
            subject=self.proven.claims.subject if self.proven else "",
            role_arn=params["RoleArn"],
            **columns,
        )


@unsigned.operation("sts", "AssumeRoleWithWebIdentity")
def assume_role_with_web_identity(call: Unsigned) -> Result:
    _require_token(call)
    log = Log()
    try:
        parsed = token.parse(str(call.params["WebIdentityToken"]), log)
    except Refused as problem:
        raise web_identity.error_of(problem, call.facts) from problem
    account = web_identity.account_of(str(call.params["RoleArn"]))
    attempt = _Attempt(web_identity.provider_of(parsed, account), call, log)
    try:
        return _assumed(attempt, parsed, call)
    except Refused as problem:
        error = web_identity.error_of(problem, call.facts)
        _refuse(attempt, error, problem.reason.name)
        raise error from problem
    except AwsError as problem:
        _refuse(attempt, problem, problem.code)
        raise


def _assumed(attempt: _Attempt, parsed: Token, call: Unsigned) -> Result:
    """Verify, authorise and issue. Raises Refused and AwsError."""
    params, facts = call.params, call.facts
    proven = web_identity.prove(attempt.provider, parsed, facts, attempt.log)
    attempt.proven, special = proven, proven.special
    session = Wanted(
        name=params["RoleSessionName"],
        tags=special.tags,
        transitive_keys=special.transitive_keys,
        source_identity=special.source_identity,
        asked_seconds=params.get("DurationSeconds"),
        policies=session_parameters.policies(params, attempt.provider.account),
    )
    found = trust.role_named(params["RoleArn"])
    role = web_identity.role_for(proven, params["RoleArn"], found, facts, attempt.log, session)
    made = Entry(role, session, web_identity.seconds(role, session))
    with transactions.transient():
        minted = web_identity.mint(proven, made, facts)
        result = web_identity.result(proven, minted, session)
        event = web_identity.event(attempt.provider, proven, facts, params)
        event.response_elements = web_identity.redacted(result)
        outbox.add(event)
        attempt.keep(FederatedAttempt.ACCEPTED, key_id=minted.row.pk)
    return result


def _require_token(call: Unsigned) -> None:
    """Access tokens of Amazon and Facebook are opaque: only they could tell whose they are."""
    given = call.params.get("ProviderId")
    if given in _OPAQUE:
        raise InvalidIdentityToken(f"Access tokens of {given} are not accepted by this release.")
    if given is not None:
        raise ValidationError(f"ProviderId must be one of {', '.join(_OPAQUE)}, or be absent.")


def _refuse(attempt: _Attempt, error: AwsError, reason: str) -> None:
    call = attempt.call
    event = web_identity.event(attempt.provider, attempt.proven, call.facts, call.params)
    event.error_code, event.error_message = error.code, error.message
    journal.append(event)
    with transaction.atomic():
        attempt.keep(FederatedAttempt.REFUSED, refusal=reason, answer=error.message)
    error.event_id = str(event.id)
