"""Policy variables: `${aws:username}`, `${key, 'default'}`, and the plain `${*}`, `${?}`, `${$}`.

Text that comes from the request is literal: a `*` in a user's name is no wildcard.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from identity.policy.patterns import Piece, Pieces
from identity.policy.request import Request

_VARIABLE = re.compile(
    r"\$\{(?:(?P<sign>[*?$])"
    r"|(?P<key>[^\s{}$*?'\",](?:[^{}$*?'\",]*[^\s{}$*?'\",])?)(?:, *'(?P<default>[^']*)')?)\}"
)


class _Variable(NamedTuple):
    key: str
    default: str | None


_Template: TypeAlias = tuple[Piece | _Variable, ...]


def malformed(text: str) -> bool:
    """Whether a `${` in the text does not open a variable that can be read."""
    return "${" in _VARIABLE.sub(" ", text)


def expand(text: str, request: Request, *, variables: bool) -> Pieces | None:
    """The pattern with the request's values in it; `None` when a key has not exactly one value.

    Without `variables` (documents older than 2012-10-17) a `${` is plain text. A default stands in
    for an absent key only, not for one with many values.
    """
    if not variables or "${" not in text:
        return (Piece(text),)
    pieces: list[Piece] = []
    for part in _template(text):
        piece = part if isinstance(part, Piece) else _resolve(part, request)
        if piece is None:
            return None
        pieces.append(piece)
    return tuple(pieces)


def _resolve(variable: _Variable, request: Request) -> Piece | None:
    value = request.value(variable.key)
    found = variable.default if value is None else value
    return Piece(found, literal=True) if isinstance(found, str) else None


@lru_cache(2048)
def _template(text: str) -> _Template:
    parts: list[Piece | _Variable] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts.append(Piece(text[end : found.start()]))
        sign, key, default = found["sign"], found["key"], found["default"]
        parts.append(Piece(sign, literal=True) if sign else _Variable(key, default))
        end = found.end()
    parts.append(Piece(text[end:]))
    return tuple(part for part in parts if part != Piece(""))
