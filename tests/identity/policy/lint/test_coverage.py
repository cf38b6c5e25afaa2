"""One pattern that means everything another one means."""

from __future__ import annotations

import pytest

from identity.policy.lint.coverage import Comparisons


@pytest.mark.parametrize(
    ("pattern", "other", "covers"),
    [
        ("*", "anything", True),
        ("a", "a", True),
        ("a?", "a?", True),
        ("a*", "ab*c", True),
        ("a*c", "ab*c", True),
        ("a*b*c", "axbxc", True),
        ("a*", "a${aws:username}", True),
        ("**", "*", True),
        ("a*a", "a", False),
        ("a*b", "a*", False),
        ("a?", "ab", False),
        ("a?*", "a*", False),
        ("a*", "*", False),
        ("${a:b}*", "${a:b}c", False),
        ("abc", "a*", False),
    ],
)
def test_a_pattern_covers_another_one(pattern: str, other: str, covers: bool) -> None:
    assert Comparisons().covers(pattern, other) is covers


def test_plain_texts_that_fit_no_pattern_are_apart() -> None:
    compare = Comparisons()
    assert compare.apart(["a*", "c"], ["b", "d"])
    assert not compare.apart(["a*"], ["b", "ab"])
    assert not compare.apart(["a"], ["*"])
    assert not compare.apart(["a?"], ["b"])


def test_after_enough_comparisons_nothing_is_covered() -> None:
    compare = Comparisons()
    while compare.spend():
        pass
    assert compare.spent
    assert not compare.covers("*", "a")
    assert compare.cover(["*"], "a") is None
    assert not compare.apart(["a"], ["b"])
