"""JSON and base64url read without mercy: what two readers could take differently is refused."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import NoReturn

DEPTH = 8
_DIGITS = 18
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def decoded(part: str) -> bytes:
    """The bytes of canonical base64url without padding (RFC 7515 section 2). Raises ValueError."""
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as problem:
        raise ValueError("base64url") from problem
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise ValueError("base64url with bits left over")
    return data


def read(text: str) -> object:
    """The value, numbers being integers of at most 18 digits. Raises ValueError.

    Refused are a name given twice in one object, fractions, more than 8 levels, half of a
    surrogate pair and a byte order mark.
    """
    if _depth(text) > DEPTH:
        raise ValueError("nesting")
    value: object = json.loads(
        text,
        object_pairs_hook=_object,
        parse_int=_integer,
        parse_float=_refuse,
        parse_constant=_refuse,
    )
    json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair cannot be encoded
    return value


def _depth(text: str) -> int:
    """Counted before anything is built, so that nesting costs no stack."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name given twice")
    return value


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError("a number too large")
    return int(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError("a number that is no integer")
