"""A document as text: what `parse` reads back as an equal document."""

from __future__ import annotations

import json
import re

from identity.policy.principals import Named
from identity.policy.strict_json import MAX_CHARACTERS
from identity.policy.values import Document, Statement

_BEYOND_LATIN_1 = re.compile(r"[^\x00-\xff]")


def text(document: Document) -> str:
    """The document as indented JSON, members in the order in which AWS's console shows them.

    One value stands by itself, several in a list; numbers and booleans of conditions become
    strings, as they were compared. A document too long to be read with its indentation is printed
    without any.
    """
    members: dict[str, object] = {"Version": document.version}
    if document.id:
        members["Id"] = document.id
    members["Statement"] = [_statement(one) for one in document.statements]
    indented = _json(json.dumps(members, ensure_ascii=False, indent=2))
    if len(indented) <= MAX_CHARACTERS:
        return indented
    return _json(json.dumps(members, ensure_ascii=False, separators=(",", ":")))


def _json(written: str) -> str:
    """JSON with the characters that a document may not contain as escapes."""
    return _BEYOND_LATIN_1.sub(lambda found: json.dumps(found.group())[1:-1], written)


def _statement(statement: Statement) -> dict[str, object]:
    members = {
        "Sid": statement.sid,
        "Effect": statement.effect,
        "Principal": _principals(statement.principals),
        "NotPrincipal": _principals(statement.not_principals),
        "Action": _values(statement.actions),
        "NotAction": _values(statement.not_actions),
        "Resource": _values(statement.resources),
        "NotResource": _values(statement.not_resources),
        "Condition": _conditions(statement),
    }
    return {name: value for name, value in members.items() if value}


def _values(values: tuple[str, ...]) -> object:
    """A list of one as its item, but for an item that reads as if it were not there."""
    return values[0] if len(values) == 1 and values[0] else list(values)


def _principals(listed: tuple[Named, ...]) -> dict[str, object]:
    """Principals by type, the types in the order in which they were first named."""
    types = dict.fromkeys(kind for kind, _ in listed)
    return {kind: _values(tuple(name for one, name in listed if one == kind)) for kind in types}


def _conditions(statement: Statement) -> dict[str, dict[str, object]]:
    operators: dict[str, dict[str, object]] = {}
    for one in statement.conditions:
        operators.setdefault(one.operator, {})[one.key] = _values(one.values)
    return operators
