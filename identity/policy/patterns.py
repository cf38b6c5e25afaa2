"""Wildcards in actions and resources: `*` and `?`, nothing else is special.

A pattern becomes a regular expression in which every stretch between two `*` is found once, at its
first place, and never tried again, so that no pattern makes matching take exponential time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

_CACHED_PATTERNS = 2048


class Piece(NamedTuple):
    """A stretch of a pattern; in a literal one `*` and `?` are plain characters."""

    text: str
    literal: bool = False


Pieces: TypeAlias = tuple[Piece, ...]


def actions_expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What fully matches the actions that fit one of the patterns, whatever their ASCII case."""
    source = "|".join(_source((Piece(pattern),)) for pattern in patterns)
    return re.compile(source, re.DOTALL | re.IGNORECASE | re.ASCII)


def texts_expression(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """What fully matches the `utf16_units` of texts that fit a pattern; `None` without one."""
    sources = [_source((Piece(pattern),)) for pattern in patterns]
    return re.compile("|".join(sources), re.DOTALL) if sources else None


def action_matches(patterns: tuple[str, ...], action: str) -> bool:
    """Whether the action (`iam:GetUser`) fits one of them, letters of either case being the same.

    Only ASCII letters fold: no look-alike from another alphabet ever equals one.
    """
    return _cached_actions_expression(patterns).fullmatch(action) is not None


def matches(pieces: Pieces, text: str) -> bool:
    """Whether the whole text (a resource, a condition value) fits, case by case.

    `*` crosses `:` and `/`; `?` is one UTF-16 unit, as it is for AWS.
    """
    return _expression(pieces).fullmatch(utf16_units(text)) is not None


def utf16_units(text: str) -> str:
    """The text with characters above U+FFFF as their two surrogates."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(units[::2], units[1::2], strict=True))


_cached_actions_expression = lru_cache(_CACHED_PATTERNS)(actions_expression)


@lru_cache(_CACHED_PATTERNS)
def _expression(pieces: Pieces) -> re.Pattern[str]:
    return re.compile(_source(pieces), re.DOTALL)


def _source(pieces: Pieces) -> str:
    first, *rest = _between_stars(pieces)
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{stretch})" for stretch in middle if stretch) + ".*" + last


def _between_stars(pieces: Pieces) -> list[str]:
    """The stretches between the `*` wildcards, each as an expression of a fixed length."""
    stretches = [""]
    for text, literal in pieces:
        for number, stretch in enumerate([text] if literal else text.split("*")):
            if number:
                stretches.append("")
            stretches[-1] += _fixed(utf16_units(stretch), literal)
    return stretches


def _fixed(stretch: str, literal: bool) -> str:
    if literal:
        return re.escape(stretch)
    return ".".join(map(re.escape, stretch.split("?")))
