"""Where in a document's text its statements stand."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from identity.policy.strict_json import TOKEN

_LINE_END = re.compile(r"\r\n|\r|\n")


class Position(NamedTuple):
    """A place in a text; lines and columns count from 1."""

    line: int
    column: int


class Span(NamedTuple):
    """From the first character of a statement to the place after its last, as AWS reports it."""

    start: Position
    end: Position


class Lines:
    """The lines of a text, to tell many places in it by their offsets."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """The place of the character at the offset, which counts from 0."""
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """The span from one offset to the one after its last character."""
        return Span(self.position(start), self.position(end))


def position(text: str, offset: int) -> Position:
    """The place of one character."""
    return Lines(text).position(offset)


def statement_spans(text: str) -> tuple[Span, ...]:
    """The span of every statement of a readable document, in the order of the statements."""
    lines = Lines(text)
    return tuple(lines.span(start, end) for start, end in statement_offsets(text))


def statement_offsets(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each object that is, or is in the list that is, the value of `Statement`."""
    depth = start = 0
    member, level = "", 0
    for token in TOKEN.finditer(text):
        if token.lastgroup == "string" and depth == 1:
            member = json.loads(token.group())
        elif token.lastgroup == "open":
            depth += 1
            if depth == 2:
                level = 3 if token.group() == "[" else 2
            if depth == level:
                start = token.start()
        elif token.lastgroup == "close":
            if depth == level and member == "Statement":
                yield start, token.end()
            depth -= 1
