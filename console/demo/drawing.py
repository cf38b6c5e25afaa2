"""Who sends what to whom, as places of lines and words in an SVG; steps beside say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise

_BETWEEN, _MARGIN, _FIRST, _APART = 240, 100, 70, 40


@dataclass(frozen=True, slots=True)
class Party:
    name: Words
    x: int


@dataclass(frozen=True, slots=True)
class Message:
    """An arrow from `start` to `end` at height `y`, its `words` above the middle."""

    words: Words
    start: int
    end: int
    y: int

    @property
    def middle(self) -> int:
        return (self.start + self.end) // 2

    @property
    def above(self) -> int:
        return self.y - 7

    @property
    def head(self) -> str:
        """The arrow's head as the points of a triangle."""
        back = self.end - 9 if self.end > self.start else self.end + 9
        return f"{self.end},{self.y} {back},{self.y - 5} {back},{self.y + 5}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Parties side by side and the messages between them, from top to bottom."""

    parties: Sequence[Words]
    arrows: Sequence[tuple[int, int, Words]]

    @property
    def width(self) -> int:
        return 2 * _MARGIN + _BETWEEN * (len(self.parties) - 1)

    @property
    def height(self) -> int:
        return _FIRST + _APART * len(self.arrows)

    def lines(self) -> list[Party]:
        return [Party(name, _at(number)) for number, name in enumerate(self.parties)]

    def messages(self) -> Iterator[Message]:
        for row, (sender, receiver, words) in enumerate(self.arrows):
            yield Message(words, _at(sender), _at(receiver), _FIRST + _APART * row)


def _at(number: int) -> int:
    return _MARGIN + _BETWEEN * number
