"""The input side of the AWS Query protocol: form fields to the parameters of an operation.

https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from identity.errors import MalformedInput, ValidationError

# What is left of a field's name below a member, and the field's value; no rest: the member itself.
_Fields = list[tuple[str | None, str]]
_Reader = Callable[[_Fields, str], Any]

_INTEGER = re.compile(r"([+-]?)0*([0-9]{1,10})")
_INDEX = re.compile(r"0*([1-9][0-9]{0,4})")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_INT32 = range(-(2**31), 2**31)
_WIDEST_GAP = 10


def parse(shape: StructureShape | None, fields: Mapping[str, str]) -> dict[str, Any]:
    """The parameters, by the members of the operation's input shape.

    A list keeps the gaps that were left in its numbering, as None. Raises ValidationError for a
    parameter that the operation does not have and MalformedInput for one that cannot be read.
    Unknown members further down are ignored, as AWS ignores them.
    """
    readers = _members(shape) if shape else {}
    groups = _grouped((_split(name), value) for name, value in fields.items())
    for name in groups:
        if name not in readers:
            raise ValidationError(f"The parameter {name} is not recognized.")
    return {name: readers[name](group, name) for name, group in groups.items()}


def _split(name: str) -> tuple[str, str | None]:
    head, dot, rest = name.partition(".")
    return head, rest if dot else None


def _grouped(fields: Iterable[tuple[tuple[str, str | None], str]]) -> dict[str, _Fields]:
    """Fields by the first part of their names, in the order of first mention."""
    groups: dict[str, _Fields] = {}
    for (head, rest), value in fields:
        groups.setdefault(head, []).append((rest, value))
    return groups


def _below(fields: _Fields, place: str) -> dict[str, _Fields]:
    """Group by the next part of the name; a value without one is not what its shape says."""
    parts = []
    for rest, value in fields:
        if rest is None:
            raise _malformed(place)
        parts.append((_split(rest), value))
    return _grouped(parts)


@cache
def _members(shape: StructureShape) -> dict[str, _Reader]:
    return {name: _reader(member) for name, member in shape.members.items()}


def _reader(shape: Shape) -> _Reader:
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, ListShape):
        return _list(shape)
    if isinstance(shape, MapShape):
        return _map(shape)
    return _SCALARS[shape.type_name]


def _structure(shape: StructureShape) -> _Reader:
    members = _members(shape)

    def read(fields: _Fields, place: str) -> dict[str, Any]:
        groups = _below(fields, place)
        if any(name.isdigit() for name in groups):
            raise _malformed(place)
        return {
            name: members[name](group, f"{place}.{name}")
            for name, group in groups.items()
            if name in members
        }

    return read


def _list(shape: ListShape) -> _Reader:
    item = _reader(shape.member)

    def read(fields: _Fields, place: str) -> list[Any]:
        if fields == [(None, "")]:  # how SDKs send an empty list
            return []
        place = f"{place}.member"
        found = _numbered(fields, "member", place)
        return [
            item(found[number], f"{place}.{number}") if number in found else None
            for number in range(1, max(found) + 1)
        ]

    return read


def _map(shape: MapShape) -> _Reader:
    key, value = _reader(shape.key), _reader(shape.value)

    def read(fields: _Fields, place: str) -> dict[str, Any]:
        place, entries = f"{place}.entry", {}
        for number, group in _numbered(fields, "entry", place).items():
            parts = _below(group, f"{place}.{number}")
            if parts.keys() != {"key", "value"}:
                raise _malformed(f"{place}.{number}")
            name = key(parts["key"], f"{place}.{number}.key")
            if name in entries:
                raise _malformed(f"{place}.{number}.key")
            entries[name] = value(parts["value"], f"{place}.{number}.value")
        return entries

    return read


def _numbered(fields: _Fields, word: str, place: str) -> dict[int, _Fields]:
    """Fields by their number behind `member` or `entry`; a jump of more than 10 is refused."""
    groups = _below(fields, place)
    if groups.keys() != {word}:
        raise _malformed(place)
    found: dict[int, _Fields] = {}
    end = 0
    for index, group in _below(groups[word], place).items():
        number = _INDEX.fullmatch(index)
        if number is None or int(number[1]) > end + _WIDEST_GAP:
            raise _malformed(place)
        found.setdefault(int(number[1]), []).extend(group)
        end = max(end, int(number[1]))
    return found


def _string(fields: _Fields, place: str) -> str:
    """The one value of a scalar: not two, and nothing below it."""
    rest, value = fields[0]
    if rest is not None or len(fields) > 1:
        raise _malformed(place)
    return value


def _integer(fields: _Fields, place: str) -> int:
    digits = _INTEGER.fullmatch(_string(fields, place))
    if digits is None or (number := int(digits[1] + digits[2])) not in _INT32:
        raise _malformed(place)
    return number


def _boolean(fields: _Fields, place: str) -> bool:
    value = _BOOLEANS.get(_string(fields, place))
    if value is None:
        raise _malformed(place)
    return value


# No operation takes a timestamp, a blob or a fraction; a model that does stops at its first use.
_SCALARS: dict[str, _Reader] = {"string": _string, "integer": _integer, "boolean": _boolean}


def _malformed(place: str) -> MalformedInput:
    return MalformedInput(f"The parameter {place} cannot be read.")
