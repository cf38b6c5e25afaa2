"""What somebody may have meant."""

from __future__ import annotations

import pytest

from identity.policy.spelling import nearest, perhaps

KNOWN = ["Effect", "Action", "NotAction", "Resource"]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Efect", "Effect"),
        ("effect", "Effect"),
        ("ACTIONS", "Action"),
        ("NoAction", "NotAction"),
        ("Resorces", "Resource"),
        ("Zzz", None),
        ("", None),
        ("Effect" * 20_000, None),
    ],
    ids=range(8),
)
def test_the_name_most_like_a_word_is_found_whatever_its_case(word: str, name: str | None) -> None:
    assert nearest(word, KNOWN) == name
    assert perhaps(word, KNOWN) == (f', perhaps "{name}"' if name else "")
