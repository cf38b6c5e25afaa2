"""JSON text read without mercy (RFC 8259): what two readers could take differently is refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

MAX_CHARACTERS = 131_072
"""The longest policy document of the IAM service model."""

MAX_DEPTH = 16
"""A policy needs six levels; more only feeds a recursion."""

ALLOWED_CHARACTERS = re.compile(r"[\t\n\r\x20-\xff]+")

# A string that never closes runs to the end of the text, so that every scan stays linear.
TOKEN = re.compile(
    r'(?P<string>"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z))'
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<space>[ \t\n\r]+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number as it was spelled: conditions compare its text, and it is no string."""

    text: str


def read(text: str) -> object:
    """The value that `text` spells, numbers as `Number`; `ValueError` for anything doubtful.

    Refused are a name given twice in one object, NaN and Infinity, deep nesting, half of a
    surrogate pair, and characters outside TAB, LF, CR and U+0020-U+00FF (`policyDocumentType` of
    the service model).
    """
    if len(text) > MAX_CHARACTERS or not ALLOWED_CHARACTERS.fullmatch(text):
        raise ValueError("length or characters")
    if _depth(text) > MAX_DEPTH:
        raise ValueError("nesting")
    value: object = json.loads(
        text,
        object_pairs_hook=_object,
        parse_constant=_refuse,
        parse_int=Number,
        parse_float=Number,
    )
    _refuse_half_pairs(value)
    return value


def without_white_space(text: str) -> str:
    """`text` with the white space between JSON tokens removed; strings stay as they are."""
    return TOKEN.sub(lambda token: "" if token.lastgroup == "space" else token.group(), text)


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in TOKEN.finditer(text):
        if token.lastgroup == "open":
            depth += 1
            deepest = max(deepest, depth)
        elif token.lastgroup == "close":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name twice in one object")
    return members


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _refuse_half_pairs(value: object) -> None:
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair has no UTF-8: UnicodeEncodeError, a ValueError
    elif isinstance(value, list):
        for item in value:
            _refuse_half_pairs(item)
    elif isinstance(value, dict):
        _refuse_half_pairs([*value, *value.values()])
