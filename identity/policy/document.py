"""JSON text to `Document`: strictly when a policy is written, closed when a stored one is read."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import lru_cache, partial
from typing import TypeVar

from identity.errors import MalformedPolicyDocument
from identity.policy import limits, strict_json, trust
from identity.policy.conditions import Condition
from identity.policy.faults import SYNTAX, Fault, placed
from identity.policy.places import statement_spans
from identity.policy.principals import EVERYONE, TYPES, Named
from identity.policy.spelling import perhaps
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

PRINCIPAL_TYPES = set(TYPES)
TOP_ELEMENTS = {"Version", "Id", "Statement"}
STATEMENT_ELEMENTS = {
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
}

_Read = TypeVar("_Read")


def parse(text: str, kind: Kind = Kind.IDENTITY) -> Document:
    """The document that `text` spells, every part of it understood.

    Raises `MalformedPolicyDocument` with AWS's message for the first rule that it breaks, and with
    the place in the text. The size quotas are not among the rules: see `size`.
    """
    try:
        return _written(text, kind)
    except Fault as fault:
        raise placed(fault, text) from None


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


def _written(text: str, kind: Kind) -> Document:
    members = _json(text, kind)
    if kind is Kind.TRUST:
        trust.check_grammar(members)
    document = _document(members, kind, text)
    if kind is Kind.TRUST:
        trust.check_document(document)
    else:
        limits.check_document(document, kind)
    return document


def _json(text: str, kind: Kind) -> object:
    try:
        return strict_json.read(text)
    except ValueError:
        message = "This policy contains invalid Json" if kind is Kind.TRUST else SYNTAX
        raise Fault(message, "JSON") from None


def _document(value: object, kind: Kind, text: str) -> Document:
    members = _object(value, "a policy", TOP_ELEMENTS)
    version = _element(members, "Version", _version, VERSION_2008)
    if "Statement" not in members:
        raise Fault(SYNTAX, "at least one statement", "Statement")
    none: tuple[Statement, ...] = ()
    statements = _element(members, "Statement", partial(_statements, kind), none)
    document = Document(
        version, _element(members, "Id", _string, ""), statements, statement_spans(text)
    )
    for statement in document.statements:
        try:
            _check_elements(statement, kind, variables=document.variables)
        except Fault as fault:
            fault.inside("Statement", statement.index)
            raise
    return document


def _statements(kind: Kind, given: object) -> tuple[Statement, ...]:
    if given == []:
        raise Fault(SYNTAX, "at least one statement")
    return _each(given, lambda index, one: _statement(one, index, kind))


def _statement(value: object, index: int, kind: Kind) -> Statement:
    members = _object(value, "a statement", STATEMENT_ELEMENTS)
    for name in ("Action", "Resource", "Principal"):
        if members.keys() >= {name, f"Not{name}"}:
            both = f'either "{name}" or "Not{name}"'
            raise Fault(SYNTAX, both, f"Not{name}", found="both", of_name=True)
    if not kind.names_principals:
        _refuse_principals(members)
    if "Effect" not in members:
        raise Fault(SYNTAX, '"Effect"', "Effect")
    return Statement(
        sid=_element(members, "Sid", _string, ""),
        effect=_element(members, "Effect", _effect, "Deny"),
        actions=_element(members, "Action", _strings, ()),
        not_actions=_element(members, "NotAction", _strings, ()),
        resources=_element(members, "Resource", _strings, ()),
        not_resources=_element(members, "NotResource", _strings, ()),
        principals=_element(members, "Principal", _principals, ()),
        not_principals=_element(members, "NotPrincipal", _principals, ()),
        conditions=_element(members, "Condition", _conditions, ()),
        index=index,
    )


def _refuse_principals(members: dict[str, object]) -> None:
    for name in ("Principal", "NotPrincipal"):
        if name in members:
            message = "Policy document should not specify a principal."
            expected = "no principal: a policy is attached to the one it is about"
            raise Fault(message, expected, name, found=f'"{name}"', of_name=True)


def _check_elements(statement: Statement, kind: Kind, *, variables: bool) -> None:
    """Refuse a statement that lacks what its kind must say, or names a broken variable."""
    resources = statement.resources + statement.not_resources
    if kind.names_principals and not statement.principals + statement.not_principals:
        raise Fault("Missing required field Principal", "at least one principal", "Principal")
    if not statement.actions + statement.not_actions:
        raise Fault("Policy statement must contain actions.", "at least one action", "Action")
    if not resources and kind is not Kind.TRUST:
        raise Fault("Policy statement must contain resources.", "at least one resource", "Resource")
    wanted = [value for condition in statement.conditions for value in condition.values]
    if variables and any(map(malformed, [*resources, *wanted])):
        raise _broken_variable(statement)


def _broken_variable(statement: Statement) -> Fault:
    """The fault of the first text in which a `${` opens nothing that can be read."""
    texts: list[tuple[tuple[str | int, ...], str]] = []
    for name, listed in (
        ("Resource", statement.resources),
        ("NotResource", statement.not_resources),
    ):
        texts += [((name, index), text) for index, text in enumerate(listed)]
    for one in statement.conditions:
        way = ("Condition", one.operator, one.key)
        texts += [((*way, index), text) for index, text in enumerate(one.values)]
    path = next(path for path, text in texts if malformed(text))
    return Fault(SYNTAX, "a variable such as ${aws:username} or ${key, 'default'}", *path)


# --- elements -----------------------------------------------------------------------------------


def _element(
    members: dict[str, object], name: str, read: Callable[[object], _Read], absent: _Read
) -> _Read:
    """What the element says, or the value that stands for its absence."""
    if name not in members:
        return absent
    try:
        return read(members[name])
    except Fault as fault:
        fault.inside(name)
        raise


def _each(given: object, read: Callable[[int, object], _Read]) -> tuple[_Read, ...]:
    """What the items of a list say; any other value is read as a list of itself."""
    items = []
    for index, item in enumerate(given if isinstance(given, list) else [given]):
        try:
            items.append(read(index, item))
        except Fault as fault:
            fault.inside(index)
            raise
    return tuple(items)


def _object(value: object, what: str, known: Set[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Fault(SYNTAX, f"{what}, which is an object")
    if not value.keys() <= known:
        name = next(name for name in value if name not in known)
        raise Fault(SYNTAX, f"an element of {what}{perhaps(name, known)}", name, of_name=True)
    return value


def _version(value: object) -> str:
    if value not in VERSIONS:
        raise Fault(SYNTAX, f'"{VERSION_2012}" or "{VERSION_2008}"')
    return str(value)


def _effect(value: object) -> Effect:
    if value == "Allow":
        return "Allow"
    if value == "Deny":
        return "Deny"
    raise Fault(SYNTAX, '"Allow" or "Deny"')


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise Fault(SYNTAX, "a string")
    return value


def _strings(value: object) -> tuple[str, ...]:
    return _each(value, lambda _, item: _string(item))


def _principals(value: object) -> tuple[Named, ...]:
    """`"*"`, or an object of types; an element that is there names at least one principal."""
    if value == "*":
        return (EVERYONE,)
    members = _object(value, "a principal", PRINCIPAL_TYPES)
    none: tuple[str, ...] = ()
    listed = tuple(
        (kind, name) for kind in members for name in _element(members, kind, _strings, none)
    )
    if not listed:
        raise Fault(
            "Missing required field Principal cannot be empty!",
            'a principal, such as {"AWS": "111122223333"}',
        )
    return listed


def _conditions(value: object) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise Fault(SYNTAX, 'an object such as {"StringEquals": {"aws:username": "ana"}}')
    none: tuple[Condition, ...] = ()
    return tuple(
        condition
        for operator in value
        for condition in _element(value, operator, partial(_lines, operator), none)
    )


def _lines(operator: str, keys: object) -> tuple[Condition, ...]:
    if not isinstance(keys, dict):
        raise Fault(SYNTAX, "an object of condition keys and their values")
    return tuple(Condition(operator, key, _element(keys, key, _scalars, ())) for key in keys)


def _scalars(value: object) -> tuple[str, ...]:
    return _each(value, lambda _, item: _scalar(item))


def _scalar(value: object) -> str:
    """A condition value as text: numbers as they were spelled, booleans in lower case."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, strict_json.Number):
        return value.text
    if not isinstance(value, str):
        raise Fault(SYNTAX, "a string, a number, true or false")
    return value
