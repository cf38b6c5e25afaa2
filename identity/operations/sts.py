"""The Security Token Service: who am I, and temporary credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity.calls import Call
from identity.operations.registry import operation

if TYPE_CHECKING:
    from identity.operations.registry import Result


@operation("sts", "GetCallerIdentity", always_allowed=True)
def get_caller_identity(call: Call, params: dict[str, Any]) -> Result:
    return {
        "UserId": call.caller.user_id,
        "Account": call.account.id,
        "Arn": call.caller.arn,
    }
