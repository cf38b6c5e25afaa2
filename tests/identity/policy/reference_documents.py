"""Which texts the reference evaluator takes for policy documents; any other denies everything."""

from __future__ import annotations

import json
from typing import Any

from tests.identity.policy.reference_operators import variables_in

EVERYTHING_DENIED = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
TYPES = {"AWS", "Federated", "Service", "CanonicalUser"}
PAIRS = [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")]
ELEMENTS = {"Sid", "Effect", "Condition"} | {name for pair in PAIRS for name in pair}


def read(kind: str, text: str) -> Any:
    """The document of a layer of that kind; what cannot be read denies everything."""
    try:
        document = json.loads(text, object_pairs_hook=without_duplicates, parse_constant=refused)
    except ValueError:
        return EVERYTHING_DENIED
    return document if is_document(kind, document) else EVERYTHING_DENIED


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def refused(constant: str) -> Any:
    raise ValueError(constant)


def is_document(kind: str, document: Any) -> bool:
    if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
        return False
    if document.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        return False
    found = listed(document.get("Statement"))
    replaces = document.get("Version") == "2012-10-17"
    return (
        isinstance(document.get("Id", ""), str)
        and found != []
        and all(is_statement(kind, one, replaces) for one in found)
    )


def is_statement(kind: str, statement: Any, replaces: bool) -> bool:
    if not isinstance(statement, dict) or set(statement) - ELEMENTS:
        return False
    if any(one in statement and other in statement for one, other in PAIRS):
        return False
    return (
        statement.get("Effect") in ("Allow", "Deny")
        and isinstance(statement.get("Sid", ""), str)
        and is_list_of_texts(either(statement, "Action"))
        and (is_list_of_texts(either(statement, "Resource")) or kind == "TRUST")
        and has_the_right_principals(kind, statement)
        and is_condition(statement.get("Condition", {}))
        and not (replaces and any(variables_in(text) is None for text in texts(statement)))
    )


def either(statement: Any, name: str) -> Any:
    return statement.get(name, statement.get(f"Not{name}"))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_list_of_texts(value: Any) -> bool:
    return value != [] and all(isinstance(one, str) for one in listed(value))


def has_the_right_principals(kind: str, statement: Any) -> bool:
    """Policies of resources name principals, RCPs may, all others must not."""
    given = either(statement, "Principal")
    if given is None:
        return kind not in ("RESOURCE", "TRUST")
    if kind not in ("RESOURCE", "TRUST", "RCP"):
        return False
    if given == "*":
        return True
    if not isinstance(given, dict) or set(given) - TYPES:
        return False
    named = [name for names in given.values() for name in listed(names)]
    return named != [] and all(isinstance(name, str) for name in named)


def is_condition(condition: Any) -> bool:
    if not isinstance(condition, dict):
        return False
    return all(
        isinstance(keys, dict)
        and all(
            isinstance(one, str | int | float | bool)
            for value in keys.values()
            for one in listed(value)
        )
        for keys in condition.values()
    )


def texts(statement: Any) -> list[str]:
    """What may hold variables: resources and the values of conditions."""
    values = [
        one
        for keys in statement.get("Condition", {}).values()
        for value in keys.values()
        for one in listed(value)
    ]
    resources = listed(either(statement, "Resource") or [])
    return [text for text in resources + values if isinstance(text, str)]
