"""Whether a call may be made: the decision on its action and resource, and AWS's refusal.

Always allowed are GetCallerIdentity and GetSessionToken; all else is a Deny unless a layer allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from identity import refusals
from identity.callers import Caller
from identity.calls import Call
from identity.condition_keys import NO_KEYS, NO_PARAMS
from identity.errors import AccessDenied, InvalidClientTokenId
from identity.facts import Facts
from identity.policy import Decision, Layer, Request, decide, reason, sentence
from identity.policy.request import Value
from identity.standing import standing

if TYPE_CHECKING:
    from identity.operations.registry import Operation

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


def _require_fitting_credentials(call: Call) -> None:
    """What temporary credentials of GetSessionToken may not call, whatever policies say."""
    session = call.caller.session
    if session is None or session.kind != "GetSessionToken":
        return
    if call.service == "iam" and session.mfa_at is None:
        raise InvalidClientTokenId("The security token included in the request is invalid")
    if call.service == "sts" and call.permission not in _WITH_SESSION_TOKEN:
        raise AccessDenied(f"Cannot call {call.action} with session credentials")
