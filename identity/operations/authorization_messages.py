"""Refusals told apart again for who may know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from identity import authorization_messages
from identity.calls import Call
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_sts import type_defs as t

    from identity.operations.registry import Result


@operation("sts", "DecodeAuthorizationMessage", read_only=True)
def decode_authorization_message(
    call: Call, params: t.DecodeAuthorizationMessageRequestTypeDef
) -> Result:
    """The message of a refusal in the caller's account; authorised on `*`, as AWS does."""
    refusal = authorization_messages.decoded(params["EncodedMessage"], call.account.id)
    return {"DecodedMessage": json.dumps(authorization_messages.described(refusal))}
