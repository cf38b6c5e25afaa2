"""The engine against the reference evaluator: every condition, and random layers of policies.

`POLICY_CASES` in the environment sets how many sets of layers are tried; the suite tries a few.
Hypothesis draws no more than a seed, so that many cases cost little.
"""

from __future__ import annotations

import itertools
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.policy import Request, decide
from identity.policy.conditions import Answer, Condition, answer, question
from tests.identity.policy import reference
from tests.identity.policy.dice import FAMILIES, QUANTIFIERS, Dice, operators, read
from tests.identity.policy.reference_conditions import condition_holds
from tests.identity.policy.reference_operators import Values, as_text

CASES = int(os.environ.get("POLICY_CASES", "300"))


@pytest.mark.parametrize("family", list(FAMILIES))
@pytest.mark.parametrize("quantifier", QUANTIFIERS)
@pytest.mark.parametrize("suffix", ["", "IfExists"])
def test_every_condition_holds_as_the_specification_reads(
    family: str, quantifier: str, suffix: str
) -> None:
    texts, found = FAMILIES[family]
    wanted = [[], *([one] for one in texts), *map(list, itertools.pairwise(texts))]
    asked = [None, (), *found, *itertools.pairwise(found), *((one,) for one in found)]
    for name, values, value in itertools.product(operators(family), wanted, asked):
        _compare_condition(quantifier + name + suffix, values, value)


@pytest.mark.parametrize("wanted", ["true", "false"])
@pytest.mark.parametrize("asked", [None, (), "", "x", ("x", "y")])
def test_null_holds_as_the_specification_reads(wanted: str, asked: Values | None) -> None:
    _compare_condition("Null", [wanted], asked)


def _compare_condition(name: str, values: list[Any], asked: Values | None) -> None:
    context: dict[str, Values] = {"aws:username": "ana"}
    if asked is not None:
        context["AWS:X"] = asked
    texts = tuple(map(as_text, values))
    request = Request("", "iam:GetUser", "*", context)
    for replaces in (True, False) if "${" in "".join(texts) else (True,):
        expected = condition_holds(name, "aws:x", values, context, replaces)
        put = question(Condition(name, "aws:x", texts), variables=replaces)
        found = answer([put], request)
        assert found is (Answer.YES if expected else Answer.NO), (name, values, asked, replaces)


@settings(max_examples=CASES)
@given(st.integers(0, 2**48))
def test_layers_decide_as_the_specification_reads(seed: int) -> None:
    dice = Dice(seed)
    written = dice.layers()
    compiled = read(written)
    for _ in range(6):
        literal, request = dice.request()
        expected = reference.decide(literal, written)
        assert decide(request, compiled).outcome.value == expected, (literal, written)
