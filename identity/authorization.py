"""The bridge between rows and the policy engine: which documents apply to whom, and what is true.

Always allowed are GetCallerIdentity and GetSessionToken; all else is a Deny unless a layer allows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from identity.callers import Caller
from identity.calls import Call
from identity.errors import AccessDenied, InvalidClientTokenId
from identity.facts import Facts
from identity.models import PasswordPolicy, UserPolicy
from identity.policy import (
    Decision,
    Layer,
    LayerKind,
    Request,
    Source,
    decide,
    load,
    reason,
    root_layer,
    sentence,
)

if TYPE_CHECKING:
    from identity.operations.registry import Operation

_OWN_PASSWORD = frozenset({"iam:ChangePassword", "iam:GetAccountPasswordPolicy"})
# What credentials of GetSessionToken may call at STS.
_WITH_SESSION_TOKEN = frozenset({"sts:GetCallerIdentity", "sts:AssumeRole"})


def authorize(call: Call, operation: Operation) -> None:
    """Raise AccessDenied unless the caller may perform the action on the operation's resource."""
    _require_fitting_credentials(call)
    if not operation.always_allowed:
        require(call, operation.resource(call))


def require(call: Call, resource: str, action: str = "") -> None:
    """Raise AccessDenied, with AWS's sentence and the reason, unless a policy allows.

    `action` is another permission that the call needs besides its own, such as `iam:TagUser`.
    """
    action = action or call.permission
    decision = decision_on(call.caller, call.facts, action, resource)
    if not decision:
        raise AccessDenied(
            sentence(decision, caller_arn=call.caller.arn, action=action, resource=resource),
            reason=reason(decision),
        )


def decision_on(caller: Caller, facts: Facts, action: str, resource: str) -> Decision:
    """What the engine says; the console asks this for its buttons."""
    request = Request(caller.arn, action, resource, context(caller, facts))
    return decide(request, layers(caller, action))


def layers(caller: Caller, action: str) -> list[Layer]:
    """Every layer that bears on this caller. Root is a layer that allows, not an exception."""
    if caller.is_root:
        return [root_layer()]
    rows = UserPolicy.objects.filter(user_id=caller.user.pk).values_list("name", "document")
    sources = [Source(name, load(document)) for name, document in rows]
    if action in _OWN_PASSWORD:
        sources += _account_grant(caller)
    return [Layer(LayerKind.IDENTITY, tuple(sources))]


def _account_grant(caller: Caller) -> list[Source]:
    """AllowUsersToChangePassword: a grant of the account to each of its users on itself."""
    granted = PasswordPolicy.objects.filter(
        account_id=caller.account_id, allow_users_to_change_password=True
    )
    if not granted.exists():
        return []
    statements = [
        {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": caller.arn},
        {"Effect": "Allow", "Action": "iam:GetAccountPasswordPolicy", "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return [Source("AllowUsersToChangePassword", load(document))]


def context(caller: Caller, facts: Facts) -> dict[str, str | tuple[str, ...]]:
    """The global condition keys (AWS's names). A key that does not apply is absent, not empty."""
    keys: dict[str, str | tuple[str, ...]] = {
        "aws:CurrentTime": f"{facts.at:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": str(int(facts.at.timestamp())),
        "aws:PrincipalAccount": caller.account_id,
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalType": caller.principal_type,
        "aws:RequestedRegion": facts.region,
        "aws:SecureTransport": _bool(facts.secure),
        "aws:SourceIp": facts.source_ip,
        "aws:UserAgent": facts.user_agent,
        "aws:ViaAWSService": "false",
        "aws:userid": caller.user_id,
    }
    if not caller.is_root:
        keys["aws:username"] = caller.user.name
    if caller.session:
        keys |= _session_keys(caller, facts)
    return keys


def _session_keys(caller: Caller, facts: Facts) -> dict[str, str]:
    """Long-term keys carry none of these: `Bool` on MFA misses them, `BoolIfExists` does not."""
    assert caller.session is not None
    keys = {
        "aws:MultiFactorAuthPresent": _bool(caller.session.mfa_at is not None),
        "aws:TokenIssueTime": f"{caller.session.issued_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if caller.session.mfa_at:
        age = facts.at - caller.session.mfa_at
        keys["aws:MultiFactorAuthAge"] = str(int(age.total_seconds()))
    return keys


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _require_fitting_credentials(call: Call) -> None:
    """What temporary credentials of GetSessionToken may not call, whatever policies say."""
    session = call.caller.session
    if session is None or session.kind != "GetSessionToken":
        return
    if call.service == "iam" and session.mfa_at is None:
        raise InvalidClientTokenId("The security token included in the request is invalid")
    if call.service == "sts" and call.permission not in _WITH_SESSION_TOKEN:
        raise AccessDenied(f"Cannot call {call.action} with session credentials")
