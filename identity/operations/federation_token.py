"""sts:GetFederationToken: credentials for a person whom a program vouches for.

They may do what both the caller's policies and the session policies allow; without session policies
nothing. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from identity import arns, authorization, tokens
from identity.callers import Kind
from identity.calls import Call
from identity.errors import AccessDenied
from identity.operations import session_parameters
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_sts import type_defs as t

    from identity.operations.registry import Result

_TWELVE_HOURS = 43_200
_ROOT_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class _Prepared:
    columns: dict[str, Any]
    packed_size: int | None


def _arn(call: Call) -> str:
    return arns.sts(call.account.id, "federated-user", call.params["Name"])


def _prepare(call: Call) -> _Prepared:
    if call.caller.session is not None:
        raise AccessDenied("Cannot call GetFederationToken with session credentials")
    tags = session_parameters.tags(call.params, {})
    if tags:
        authorization.require(call, _arn(call), "sts:TagSession")
    columns = {**session_parameters.policies(call.params, call.account), "tags": tags}
    return _Prepared(columns, session_parameters.packed_size(columns))


@operation(
    "sts",
    "GetFederationToken",
    resource=_arn,
    read_only=False,
    prepare=_prepare,
    transient=True,
)
def get_federation_token(call: Call, params: t.GetFederationTokenRequestTypeDef) -> Result:
    """Root's end after an hour, whatever it asks."""
    prepared: _Prepared = call.prepared
    duration = params.get("DurationSeconds", _TWELVE_HOURS)
    credentials = tokens.mint(
        call.caller.user,
        call.action,
        min(duration, _ROOT_SECONDS) if call.caller.kind is Kind.ROOT else duration,
        call.facts,
        call.caller.access_key_id,
        token_size=params.get("MinimumSessionTokenSize", 0),
        name=params["Name"],
        **prepared.columns,
    )
    user = {"FederatedUserId": f"{call.account.id}:{params['Name']}", "Arn": _arn(call)}
    result: Result = {"Credentials": credentials, "FederatedUser": user}
    if prepared.packed_size is not None:
        result["PackedPolicySize"] = prepared.packed_size
    return result
