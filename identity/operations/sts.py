"""The Security Token Service: who am I, whose key is this, and temporary credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from identity import second_factor, tokens
from identity.calls import Call
from identity.errors import AccessDenied, ValidationError
from identity.models import AccessKey, TemporarySession
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_sts import type_defs as t

    from identity.operations.registry import Result

_TWELVE_HOURS = 43_200
_ROOT_SECONDS = 3_600


@operation("sts", "GetCallerIdentity", always_allowed=True)
def get_caller_identity(call: Call, params: dict[str, Any]) -> Result:
    return {
        "UserId": call.caller.user_id,
        "Account": call.account.id,
        "Arn": call.caller.arn,
    }


def _second_factor(call: Call) -> bool:
    """Whether a code was given and is right."""
    if call.caller.session is not None:
        raise AccessDenied("Cannot call GetSessionToken with session credentials")
    return second_factor.given(call)


@operation(
    "sts",
    "GetSessionToken",
    read_only=False,
    prepare=_second_factor,
    always_allowed=True,
    transient=True,
)
def get_session_token(call: Call, params: t.GetSessionTokenRequestTypeDef) -> Result:
    """Credentials of the caller's own, for up to 36 hours; root's end after one, whatever it asks.

    Only long-term keys may call this.
    """
    duration = params.get("DurationSeconds", _TWELVE_HOURS)
    if call.caller.is_root:
        duration = min(duration, _ROOT_SECONDS)
    credentials = tokens.mint(
        call.caller.user,
        call.action,
        duration,
        call.facts,
        call.caller.access_key_id,
        mfa_at=call.facts.at if call.prepared else None,
    )
    return {"Credentials": credentials}


@operation("sts", "GetAccessKeyInfo")
def get_access_key_info(call: Call, params: t.GetAccessKeyInfoRequestTypeDef) -> Result:
    """The account of a key, be it active or not, temporary or not, and of whichever account."""
    key_id = params["AccessKeyId"]
    if key := AccessKey.signing(key_id):
        return {"Account": key.user.account_id}
    if session := TemporarySession.signing(key_id):
        return {"Account": session.principal.account_id}
    raise ValidationError(f"The access key ID {params['AccessKeyId']} is not known.")
