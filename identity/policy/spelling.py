"""The name that somebody may have meant by one that nobody has."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 64  # comparing takes the product of the lengths


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like the word, whatever the case of letters; `None` if none is alike."""
    if len(word) > _LONGEST:
        return None
    folded = {name.lower(): name for name in known}
    alike = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.7)
    return folded[alike[0]] if alike else None


def perhaps(word: str, known: Iterable[str]) -> str:
    """`, perhaps "Effect"`, or nothing if no known name is like the word."""
    name = nearest(word, known)
    return f', perhaps "{name}"' if name else ""
