"""Whether one pattern means everything that another one means.

Never wrong when it says yes, sometimes silent: a pattern with `?` or with variables covers only its
equal, and after so many comparisons everything counts as not covered.
"""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 60_000


class Comparisons:
    """Compares patterns, a limited number of times for one document."""

    def __init__(self) -> None:
        self._left = _MOST

    @property
    def spent(self) -> bool:
        return self._left < 0

    def spend(self) -> bool:
        """Take one comparison; false if there is none left."""
        self._left -= 1
        return not self.spent

    def covers(self, pattern: str, other: str) -> bool:
        """Whether every text that fits `other` fits `pattern`."""
        if not self.spend():
            return False
        if pattern == other or pattern == "*":
            return True
        if "*" not in pattern or "?" in pattern or "${" in pattern:
            return False
        return _fits(pattern, other)

    def all_covered(self, patterns: Sequence[str], others: Sequence[str]) -> bool:
        """Whether every text that fits one of `others` fits one of `patterns`."""
        return all(any(self.covers(pattern, other) for pattern in patterns) for other in others)

    def apart(self, patterns: Sequence[str], others: Sequence[str]) -> bool:
        """Whether surely no text fits one of each: `others` are plain texts that fit none."""
        return all(
            is_plain(other) and not any("?" in one or self.covers(one, other) for one in patterns)
            for other in others
        )


def is_plain(pattern: str) -> bool:
    """Whether the pattern means one text only."""
    return not ("*" in pattern or "?" in pattern or "${" in pattern)


def _fits(pattern: str, text: str) -> bool:
    """A `*` of the text is a character like any other, so only a `*` of the pattern fits it."""
    first, *middle, last = pattern.split("*")
    if not text.startswith(first):
        return False
    place = len(first)
    for stretch in middle:
        found = text.find(stretch, place)
        if found < 0:
            return False
        place = found + len(stretch)
    return text.endswith(last) and len(text) - len(last) >= place
