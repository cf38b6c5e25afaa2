"""JSON text to `Document`: strictly when a policy is written, closed when a stored one is read."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeGuard

from identity.errors import MalformedPolicyDocument
from identity.policy import limits, strict_json, trust
from identity.policy.conditions import Condition
from identity.policy.places import statement_spans
from identity.policy.principals import EVERYONE, TYPES, Named
from identity.policy.values import (
    VERSION_2008,
    VERSION_2012,
    VERSIONS,
    Document,
    Effect,
    Kind,
    Statement,
)
from identity.policy.variables import malformed

__all__ = ["UNREADABLE", "Document", "Kind", "Statement", "load", "parse", "size"]

UNREADABLE = Document(
    VERSION_2012,
    "",
    (Statement("UnreadableDocument", "Deny", actions=("*",), resources=("*",)),),
)
"""Stands for a stored document that cannot be read: what it denied is lost, so it denies all."""

_TOP_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}


class _SyntaxError(MalformedPolicyDocument):
    """The one message that AWS has for every fault of grammar."""

    def __init__(self) -> None:
        super().__init__("Syntax errors in policy.")


def parse(text: str, kind: Kind = Kind.IDENTITY) -> Document:
    """The document that `text` spells, every part of it understood.

    Raises `MalformedPolicyDocument` with AWS's message for the first rule that it breaks. The size
    quotas are not among them: see `size`.
    """
    members = _json(text, kind)
    if kind is Kind.TRUST:
        trust.check_grammar(members)
    document = _document(members, kind, text)
    if kind is Kind.TRUST:
        trust.check_document(document)
    else:
        limits.check_document(document, kind)
    return document


@lru_cache(maxsize=1024)
def load(text: str, kind: Kind = Kind.IDENTITY) -> Document:
    """The stored document, under the rules that evaluation needs and no others; never raises.

    What cannot be read is `UNREADABLE`, which denies everything. A condition that cannot be
    evaluated stays in its statement, where `conditions.answer` says `UNKNOWN`.
    """
    try:
        return _document(_json(text, kind), kind, text)
    except MalformedPolicyDocument:
        return UNREADABLE


def size(text: str) -> int:
    """Characters less the white space between JSON tokens, as the policy size quotas count them."""
    return len(strict_json.without_white_space(text))


def _json(text: str, kind: Kind) -> object:
    try:
        return strict_json.read(text)
    except ValueError:
        if kind is Kind.TRUST:
            raise MalformedPolicyDocument("This policy contains invalid Json") from None
        raise _SyntaxError from None


def _document(members: object, kind: Kind, text: str) -> Document:
    if not _is_object(members) or not members.keys() <= _TOP_ELEMENTS:
        raise _SyntaxError
    version = _string(members.get("Version", VERSION_2008))
    given = members.get("Statement")
    statements = given if isinstance(given, list) else [given]
    if version not in VERSIONS or not statements:
        raise _SyntaxError
    document = Document(
        version,
        _string(members.get("Id", "")),
        tuple(_statement(one, index, kind) for index, one in enumerate(statements)),
        statement_spans(text),
    )
    for statement in document.statements:
        _check_elements(statement, kind, variables=document.variables)
    return document


def _statement(members: object, index: int, kind: Kind) -> Statement:
    if not _is_object(members) or not members.keys() <= _STATEMENT_ELEMENTS:
        raise _SyntaxError
    if any(members.keys() >= {name, f"Not{name}"} for name in ("Action", "Resource", "Principal")):
        raise _SyntaxError
    if not (kind.names_principals or members.keys().isdisjoint({"Principal", "NotPrincipal"})):
        raise MalformedPolicyDocument("Policy document should not specify a principal.")
    return Statement(
        sid=_string(members.get("Sid", "")),
        effect=_effect(members.get("Effect")),
        actions=_strings(members.get("Action", [])),
        not_actions=_strings(members.get("NotAction", [])),
        resources=_strings(members.get("Resource", [])),
        not_resources=_strings(members.get("NotResource", [])),
        principals=_principals(members, "Principal"),
        not_principals=_principals(members, "NotPrincipal"),
        conditions=_conditions(members.get("Condition", {})),
        index=index,
    )


def _check_elements(statement: Statement, kind: Kind, *, variables: bool) -> None:
    """Refuse a statement that lacks what its kind must say, or names a broken variable."""
    resources = statement.resources + statement.not_resources
    if kind.names_principals and not statement.principals + statement.not_principals:
        raise MalformedPolicyDocument("Missing required field Principal")
    if not statement.actions + statement.not_actions:
        raise MalformedPolicyDocument("Policy statement must contain actions.")
    if not resources and kind is not Kind.TRUST:
        raise MalformedPolicyDocument("Policy statement must contain resources.")
    wanted = [value for condition in statement.conditions for value in condition.values]
    if variables and any(map(malformed, [*resources, *wanted])):
        raise _SyntaxError


# --- elements -----------------------------------------------------------------------------------


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _effect(value: object) -> Effect:
    if value == "Allow":
        return "Allow"
    if value == "Deny":
        return "Deny"
    raise _SyntaxError


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise _SyntaxError
    return value


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(_string, value if isinstance(value, list) else [value]))


def _principals(members: dict[str, object], element: str) -> tuple[Named, ...]:
    """`"*"`, or an object of types; an element that is there names at least one principal."""
    if element not in members:
        return ()
    given = members[element]
    if given == "*":
        return (EVERYONE,)
    if not _is_object(given) or not given.keys() <= set(TYPES):
        raise _SyntaxError
    listed = tuple((kind, name) for kind, names in given.items() for name in _strings(names))
    if not listed:
        raise MalformedPolicyDocument(f"Missing required field {element} cannot be empty!")
    return listed


def _conditions(operators: object) -> tuple[Condition, ...]:
    if not _is_object(operators):
        raise _SyntaxError
    conditions = []
    for operator, keys in operators.items():
        if not _is_object(keys):
            raise _SyntaxError
        conditions += [Condition(operator, key, _scalars(value)) for key, value in keys.items()]
    return tuple(conditions)


def _scalars(value: object) -> tuple[str, ...]:
    return tuple(map(_scalar, value if isinstance(value, list) else [value]))


def _scalar(value: object) -> str:
    """A condition value as text: numbers as they were spelled, booleans in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.text if isinstance(value, strict_json.Number) else _string(value)
