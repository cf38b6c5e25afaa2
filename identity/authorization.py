"""Whether a call may be made: the decision on its action and resource, and AWS's refusal.

Always allowed are GetCallerIdentity and GetSessionToken; all else is a Deny unless a layer allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from identity import refusals
from identity.callers import FEDERATION_TOKEN, Caller, Session
from identity.calls import Call
from identity.condition_keys import NO_KEYS, NO_PARAMS
from identity.errors import AccessDenied, InvalidClientTokenId
from identity.facts import Facts
from identity.policy import Decision, Layer, Request, decide, reason, sentence
from identity.policy.request import Value
from identity.standing import Standing, standing

if TYPE_CHECKING:
    from identity.operations.registry import Operation

# What credentials of these may call at STS; sessions of roles are stopped by the operations.
_STS_ACTIONS = {
    "GetSessionToken": ("GetCallerIdentity", "AssumeRole"),
    FEDERATION_TOKEN: ("GetCallerIdentity",),
}


def authorize(call: Call, operation: Operation) -> None:
    """Raise AccessDenied unless the caller may perform the action on the operation's resource."""
    _require_fitting_credentials(call)
    if not (operation.always_allowed or operation.authorized_by_itself):
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
    require_of(standing(call.caller, action), call, resource, action, keys)


def require_of(
    stands: Standing, call: Call, resource: str, action: str, keys: Mapping[str, Value]
) -> None:
    """As `require`, where more layers than the caller's own have to be asked."""
    request = stands.request(call.facts, action, resource, call.params, keys)
    if not decide(request, stands.layers):
        raise _refusal(call.caller, request, stands.layers)


def _refusal(caller: Caller, request: Request, layers: Sequence[Layer]) -> AccessDenied:
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
    """What temporary credentials may not call, whatever policies say."""
    session = call.caller.session
    if session is None:
        return
    if call.service == "iam" and _is_shut_out_of_iam(session):
        raise InvalidClientTokenId("The security token included in the request is invalid")
    if call.service == "sts" and call.action not in _STS_ACTIONS.get(session.kind, (call.action,)):
        raise AccessDenied(f"Cannot call {call.action} with session credentials")


def _is_shut_out_of_iam(session: Session) -> bool:
    """Federated users are outside the console; GetSessionToken's credentials unless MFA was given.

    In the console AWS lets federated users manage IAM as far as their policies go.
    """
    without_mfa = session.kind == "GetSessionToken" and session.mfa_at is None
    return without_mfa or (session.kind == FEDERATION_TOKEN and not session.in_console)
