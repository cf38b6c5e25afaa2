"""The bridge between rows and the policy engine: which documents apply to whom, and what is true.

Always allowed are GetCallerIdentity and GetSessionToken; all else is a Deny unless a layer allows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from identity import arns, condition_keys, refusals
from identity.callers import Caller
from identity.calls import Call
from identity.condition_keys import NO_KEYS, NO_PARAMS
from identity.errors import AccessDenied, InvalidClientTokenId
from identity.facts import Facts
from identity.models import PasswordPolicy, permissions
from identity.models.permissions import Granted, Holder
from identity.policy import (
    Decision,
    Layer,
    LayerKind,
    Principal,
    Request,
    Source,
    decide,
    load,
    principals,
    reason,
    root_layer,
    sentence,
)
from identity.policy.request import Value

if TYPE_CHECKING:
    from identity.operations.registry import Operation

_OWN_PASSWORD = frozenset({"iam:ChangePassword", "iam:GetAccountPasswordPolicy"})
# What credentials of GetSessionToken may call at STS.
_WITH_SESSION_TOKEN = frozenset({"sts:GetCallerIdentity", "sts:AssumeRole"})


def authorize(call: Call, operation: Operation) -> None:
    """Raise AccessDenied unless the caller may perform the action on the operation's resource."""
    _require_fitting_credentials(call)
    if not operation.always_allowed:
        keys = operation.keys(call) if operation.keys else NO_KEYS
        require(call, operation.resource(call), keys=keys)


def require(
    call: Call, resource: str, action: str = "", keys: Mapping[str, Value] = NO_KEYS
) -> None:
    """Raise AccessDenied, with AWS's sentence and the reason, unless a policy allows.

    `action` is another permission that the call needs besides its own, such as `iam:TagUser`;
    `keys` are condition keys of this action, such as `iam:PolicyARN`.
    """
    action = action or call.permission
    stands = standing(call.caller, action)
    request = stands.request(call.facts, action, resource, call.params, keys)
    if not decide(request, stands.layers):
        raise refusal(call.caller, request, stands.layers)


def refusal(caller: Caller, request: Request, layers: Sequence[Layer]) -> AccessDenied:
    """The error for a request that the layers do not let through, with its decision to keep.

    Only here is everything found out that the policies say: what is allowed does not pay for it.
    """
    decision = decide(request, layers)
    words = sentence(
        decision, caller_arn=caller.arn, action=request.action, resource=request.resource
    )
    return AccessDenied(words, reason(decision), refusals.kept(caller, request, layers))


def decision_on(
    caller: Caller,
    facts: Facts,
    action: str,
    resource: str,
    params: Mapping[str, Any] = NO_PARAMS,
    keys: Mapping[str, Value] = NO_KEYS,
) -> Decision:
    """What the engine says of one request."""
    return standing(caller, action).decide(facts, action, resource, params, keys)


@dataclass(frozen=True, slots=True)
class Standing:
    """A caller's policies, read once: a page asks it for all of its buttons."""

    caller: Caller
    layers: list[Layer]
    looks_at_tags: bool = False

    def decide(
        self,
        facts: Facts,
        action: str,
        resource: str,
        params: Mapping[str, Any] = NO_PARAMS,
        keys: Mapping[str, Value] = NO_KEYS,
    ) -> Decision:
        return decide(self.request(facts, action, resource, params, keys), self.layers)

    def request(
        self,
        facts: Facts,
        action: str,
        resource: str,
        params: Mapping[str, Any] = NO_PARAMS,
        keys: Mapping[str, Value] = NO_KEYS,
    ) -> Request:
        """The request as policies see it.

        Tags cost queries, so that they are read only when a document speaks of tags.
        """
        context = {**condition_keys.of(self.caller, facts), **keys}
        if self.looks_at_tags:
            context |= condition_keys.of_tags(self.caller, resource, params)
        return Request(
            self.caller.arn,
            action,
            resource,
            context,
            principal=_principal(self.caller),
            resource_account=arns.owner(resource),
        )


def standing(caller: Caller, action: str = "") -> Standing:
    """Every layer that bears on this caller. Root is a layer that allows, not an exception.

    With an `action` of one's own password, the account's grant of it is among them.
    """
    if caller.is_root:
        return Standing(caller, [root_layer()])
    granted = permissions.of_user(caller.user.pk)
    more = _account_grant(caller) if action in _OWN_PASSWORD else []
    looks_at_tags = any(condition_keys.speaks_of_tags(one.document) for one in granted)
    return Standing(caller, layers_of(granted, more), looks_at_tags)


def layers_of(granted: Iterable[Granted], more: Iterable[Source] = ()) -> list[Layer]:
    """The layers that these documents make: what grants, and the boundary where there is one."""
    identity: list[Source] = list(more)
    boundary: list[Source] = []
    for one in granted:
        source = Source(one.source, load(one.document))
        (boundary if one.holder is Holder.BOUNDARY else identity).append(source)
    layers = [Layer(LayerKind.IDENTITY, tuple(identity))]
    if boundary:
        layers.append(Layer(LayerKind.BOUNDARY, tuple(boundary)))
    return layers


def _principal(caller: Caller) -> Principal:
    if caller.is_root:
        return principals.root(caller.account_id)
    return principals.user(caller.arn, caller.user_id)


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
