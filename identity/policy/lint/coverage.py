"""Whether one pattern means everything that another one means.

Never wrong when it says yes, sometimes silent: a pattern with `?` or with variables covers only its
equal, and after so many comparisons everything counts as not covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_MOST = 30_000


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

    def cover(self, patterns: Iterable[str], other: str) -> str | None:
        """The first of the patterns that covers the other one."""
        for pattern in patterns:
            if self.spent:
                return None
            if self.covers(pattern, other):
                return pattern
        return None

    def all_covered(self, patterns: Sequence[str], others: Sequence[str]) -> bool:
        """Whether every text that fits one of `others` fits one of `patterns`."""
        return all(self.cover(patterns, other) is not None for other in others)

    def apart(self, patterns: Sequence[str], others: Sequence[str]) -> bool:
        """Whether surely no text fits one of each: `others` are plain texts that fit none."""
        if any("?" in pattern or "${" in pattern for pattern in patterns):
            return False
        plain = all(map(is_plain, others))
        fits_none = plain and all(self.cover(patterns, other) is None for other in others)
        return fits_none and not self.spent


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
