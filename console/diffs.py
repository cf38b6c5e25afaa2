"""Two texts side by side, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

_CONTEXT = 3
_MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of each side, None where that side has none; `changed` when the two differ."""

    old_number: int | None
    old: str | None
    new_number: int | None
    new: str | None

    @property
    def changed(self) -> bool:
        return self.old != self.new


def rows_of(old: str, new: str) -> list[Row]:
    """What differs, with three lines around it; nothing for equal texts.

    The cost is bounded: beyond 2,000 lines all lines are shown as they stand.
    """
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    if len(before) + len(after) > _MOST_LINES:
        return _block(before, 0, after, 0)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return [
        row
        for group in matcher.get_grouped_opcodes(_CONTEXT)
        for _tag, a, b, c, d in group
        for row in _block(before[a:b], a, after[c:d], c)
    ]


def _block(old: Sequence[str], old_from: int, new: Sequence[str], new_from: int) -> list[Row]:
    left = list(enumerate(old, old_from + 1))
    right = list(enumerate(new, new_from + 1))
    blank: tuple[None, None] = (None, None)
    return [Row(*one, *other) for one, other in zip_longest(left, right, fillvalue=blank)]
