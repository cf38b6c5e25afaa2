"""In which order several processes run the tests: first what takes long, so that none of it is left
when the other processes have nothing to do.

xdist's `worksteal` gives each process the same number of tests, one stretch of the list each, and
whoever is done takes from the end of another's.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import pytest

_FOLDERS = ("house", "stories", "tasks", "peers", "databases", "every_page", "sdk", "commands")
_FILES = ("_in_browser.py", "test_journal.py", "test_deleted_meanwhile.py")


def dealt(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The stretches of the processes: what takes long is dealt by folder, so that each server is
    started by one of them; the rest fills up."""
    hands: list[list[pytest.Item]] = [[] for _ in range(processes)]
    slow = [item for item in items if _is_slow(item)]
    for number, (_, together) in enumerate(groupby(slow, _together)):
        hands[number % processes].extend(together)
    quick = [item for item in items if not _is_slow(item)]
    left = len(items)
    for number, hand in enumerate(hands):
        missing = max(0, left // (processes - number) - len(hand))
        hand.extend(quick[:missing])
        del quick[:missing]
        left -= len(hand)
    return [*_flat(hands), *quick]


def _is_slow(item: pytest.Item) -> bool:
    path = item.path
    return path.parent.name in _FOLDERS or path.name.endswith(_FILES)


def _together(item: pytest.Item) -> Path:
    """A folder whose tests share a server, else the file."""
    return item.path.parent if item.path.parent.name in _FOLDERS else item.path


def _flat(hands: Iterable[list[pytest.Item]]) -> list[pytest.Item]:
    return [item for hand in hands for item in hand]
