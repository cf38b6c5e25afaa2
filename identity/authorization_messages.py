"""Encoded authorization messages: a refusal's decision, sealed for who may decode it.

The text is what `DecodeAuthorizationMessage` takes. All are equally long and none is compressed:
beside what the caller may not read stands what the caller chose, and a length would tell of it.
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from identity import vault
from identity.errors import InvalidAuthorizationMessage
from identity.policy import Outcome
from identity.policy.request import Value
from identity.policy.trace import Failure, StatementTrace
from identity.refusals import LIMIT, Refusal


def encoded(kept: Mapping[str, Any]) -> str:
    """The message of a refusal as `refusals.kept` wrote it: 10,240 characters of base64url."""
    padded = json.dumps(kept).encode().ljust(LIMIT)
    sealed = vault.seal(padded, _purpose(kept["account"]))
    return base64.urlsafe_b64encode(sealed).decode()


def decoded(text: str, account_id: str) -> Refusal:
    """What `encoded` sealed, on any host with the vault's keys.

    Raises InvalidAuthorizationMessage, with one sentence for all causes, for what this account
    was never told.
    """
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        return Refusal.from_json(json.loads(vault.unseal(sealed, _purpose(account_id))))
    except (binascii.Error, vault.CannotOpenError, ValueError) as problem:
        raise InvalidAuthorizationMessage("Message is not valid") from problem


def _purpose(account_id: str) -> str:
    return f"authorization_message:{account_id}"


# --- AWS's shape of a decoded message ------------------------------------------------------------


def described(refusal: Refusal) -> dict[str, Any]:
    """`DecodedMessage` as an object.

    `failures`, which AWS leaves to be found out, lists what kept statements from applying: per
    failed element the statement, its policy, what it wanted and what the request had.
    """
    return {
        "allowed": False,
        "explicitDeny": refusal.trace.decision.outcome is Outcome.EXPLICIT_DENY,
        "matchedStatements": _items(_matched(one, refusal) for one in refusal.matched),
        "failures": _items(
            _failure(statement, failure)
            for layer in refusal.trace.layers
            for statement in layer.statements
            for failure in statement.failures
        ),
        "context": {
            "principal": {
                "id": refusal.principal_id,
                "name": refusal.principal_name,
                "arn": refusal.principal_arn,
            },
            "action": refusal.action,
            "resource": refusal.resource,
            "conditions": _items(
                {"key": key, "values": _values(value)} for key, value in refusal.context.items()
            ),
        },
    }


def _matched(statement: Mapping[str, Any], refusal: Refusal) -> dict[str, Any]:
    """A statement as AWS's decoded messages show it; negated elements keep their own names."""
    shown: dict[str, Any] = {
        "statementId": statement.get("Sid", ""),
        "effect": str(statement["Effect"]).upper(),
        "principals": _values(refusal.principal_id),
        "principalGroups": _items(()),
    }
    for element, name in _ELEMENTS.items():
        if element in statement:
            shown[name] = _values(statement[element])
    conditions = [
        {"key": key, "operator": operator, "values": _values(wanted)}
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    return shown | {"conditions": _items(conditions)}


_ELEMENTS = {
    "Action": "actions",
    "NotAction": "notActions",
    "Resource": "resources",
    "NotResource": "notResources",
}


def _failure(statement: StatementTrace, failure: Failure) -> dict[str, Any]:
    return {
        "policy": statement.source,
        "statementId": statement.sid,
        "statementIndex": statement.index,
        "effect": statement.effect.upper(),
        "element": failure.element,
        "operator": failure.operator,
        "key": failure.key,
        "wanted": _values(failure.wanted),
        "found": _values(() if failure.found is None else failure.found),
    }


def _values(value: Value | list[str]) -> dict[str, Any]:
    return _items({"value": one} for one in ([value] if isinstance(value, str) else value))


def _items(items: Iterable[Any]) -> dict[str, list[Any]]:
    return {"items": list(items)}
