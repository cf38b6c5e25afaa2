"""The bridge between rows and the policy engine: which documents apply to whom, and what is true.

Always allowed are GetCallerIdentity and GetSessionToken; all else is a Deny unless a layer allows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from identity import condition_keys
from identity.callers import Caller
from identity.calls import Call
from identity.condition_keys import NO_PARAMS
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
    decision = decision_on(call.caller, call.facts, action, resource, call.params)
    if not decision:
        raise AccessDenied(
            sentence(decision, caller_arn=call.caller.arn, action=action, resource=resource),
            reason=reason(decision),
        )


def decision_on(
    caller: Caller,
    facts: Facts,
    action: str,
    resource: str,
    params: Mapping[str, Any] = NO_PARAMS,
) -> Decision:
    """What the engine says of one request."""
    return standing(caller, action).decide(facts, action, resource, params)


@dataclass(frozen=True, slots=True)
class Standing:
    """A caller's policies, read once: a page asks it for all of its buttons."""

    caller: Caller
    layers: list[Layer]
    looks_at_tags: bool = False

    def decide(
        self, facts: Facts, action: str, resource: str, params: Mapping[str, Any] = NO_PARAMS
    ) -> Decision:
        """Tags cost queries, so that they are read only when a document speaks of tags."""
        keys = condition_keys.of(self.caller, facts)
        if self.looks_at_tags:
            keys |= condition_keys.of_tags(self.caller, resource, params)
        return decide(Request(self.caller.arn, action, resource, keys), self.layers)


def standing(caller: Caller, action: str = "") -> Standing:
    """Every layer that bears on this caller. Root is a layer that allows, not an exception.

    With an `action` of one's own password, the account's grant of it is among them.
    """
    if caller.is_root:
        return Standing(caller, [root_layer()])
    policies = UserPolicy.of_user(caller.user.pk)
    sources = [Source(policy.name, load(policy.document)) for policy in policies]
    if action in _OWN_PASSWORD:
        sources += _account_grant(caller)
    looks_at_tags = any(condition_keys.speaks_of_tags(policy.document) for policy in policies)
    return Standing(caller, [Layer(LayerKind.IDENTITY, tuple(sources))], looks_at_tags)


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


def _require_fitting_credentials(call: Call) -> None:
    """What temporary credentials of GetSessionToken may not call, whatever policies say."""
    session = call.caller.session
    if session is None or session.kind != "GetSessionToken":
        return
    if call.service == "iam" and session.mfa_at is None:
        raise InvalidClientTokenId("The security token included in the request is invalid")
    if call.service == "sts" and call.permission not in _WITH_SESSION_TOKEN:
        raise AccessDenied(f"Cannot call {call.action} with session credentials")
