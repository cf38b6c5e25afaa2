"""Strict reading of `application/x-www-form-urlencoded`, body or query: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from identity.errors import MalformedQueryString

MOST_PARAMETERS = 2000
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Pairs = list[tuple[str, str]]


def read(raw: bytes | str) -> Pairs:
    """Names and values in the order sent; `a` reads as `a=`, `+` as a space, `;` as itself.

    A text is taken as WSGI hands it over: one character per byte (PEP 3333). Raises
    MalformedQueryString for a bad escape, bytes that are not UTF-8, NUL, or more than 2,000
    parameters.
    """
    data = _bytes(raw) if isinstance(raw, str) else raw
    if not data:
        return []
    if data.count(b"&") >= MOST_PARAMETERS:
        raise MalformedQueryString(f"More than {MOST_PARAMETERS} parameters were given.")
    parts = (part.partition(b"=") for part in data.split(b"&") if part)
    return [(_text(name), _text(value)) for name, _, value in parts]


def single(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs by name; a name given twice is refused (MalformedQueryString), not chosen from."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise MalformedQueryString(f"The parameter {name} was given more than once.")
        fields[name] = value
    return fields


def _bytes(raw: str) -> bytes:
    try:
        return raw.encode("latin-1")
    except UnicodeEncodeError as problem:
        raise MalformedQueryString("The query string is not a string of bytes.") from problem


def _text(raw: bytes) -> str:
    plain = raw.replace(b"+", b" ")
    if b"%" in plain:
        _check_escapes(plain)
        plain = unquote_to_bytes(plain)
    if b"\0" in plain:
        raise MalformedQueryString("The character NUL is not allowed.")
    try:
        return plain.decode()
    except UnicodeDecodeError as problem:
        raise MalformedQueryString("The parameters are not valid UTF-8.") from problem


def _check_escapes(raw: bytes) -> None:
    bad = _BAD_ESCAPE.search(raw)
    if bad is None:
        return
    escape = raw[bad.start() : bad.start() + 3].decode("ascii", "replace")
    if len(escape) < 3:
        raise MalformedQueryString("Incomplete trailing escape % sequence")
    raise MalformedQueryString(f"Illegal hex character in escape % pattern: {escape}")
