"""Checks of one statement: what is remarked, and what is left alone.

A row of `statements.json` is an issue code, elements of a statement that get it, and elements of
one that does not.
"""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import Kind
from tests.identity.policy.lint.linting import ROWS, codes, lint, of


@pytest.mark.parametrize("kind", Kind)
def test_a_good_statement_is_left_alone(kind: Kind) -> None:
    assert lint(of(kind), kind=kind) == []


@pytest.mark.parametrize(
    ("code", "bad", "good", "kind"),
    [
        (*row, kind)
        for kind in (Kind.IDENTITY, Kind.RESOURCE, Kind.TRUST)
        for row in ROWS[kind.value]
    ],
)
def test_a_statement_is_remarked_upon(
    code: str, bad: dict[str, Any], good: dict[str, Any], kind: Kind
) -> None:
    assert code in codes(lint(of(kind, **bad), kind=kind))
    assert code not in codes(lint(of(kind, **good), kind=kind))


@pytest.mark.parametrize(("code", "bad", "good"), ROWS["conditions"])
def test_a_condition_is_remarked_upon(code: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    assert code in codes(lint(of(Kind.IDENTITY, Condition=bad)))
    assert code not in codes(lint(of(Kind.IDENTITY, Condition=good)))
