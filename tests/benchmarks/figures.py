"""Figures as they are told: a name, a value, and whether the goal in the name is reached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Result: TypeAlias = tuple[str, str, bool]


def tell(results: Iterable[Result]) -> int:
    """Print the figures; 0 if all goals are reached, as an exit status."""
    reached = True
    for name, value, one in results:
        print(f"{'ok  ' if one else 'MISS'} {name:<64} {value}")
        reached = reached and one
    return 0 if reached else 1
