"""Whatever the text, it is read or refused with a place, and checked, in bounded time.

`POLICY_CASES` in the environment sets how many texts are tried; the suite tries a few.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.policy import strict_json
from tests.identity.policy import fuzz

CASES = int(os.environ.get("POLICY_CASES", "250"))
seeds = st.integers(0, 2**63).map(Random)


@settings(max_examples=CASES)
@given(seeds)
def test_a_broken_policy_breaks_no_rule(random: Random) -> None:
    fuzz.check(fuzz.document(random))


@settings(max_examples=max(CASES // 50, 4))
@given(seeds)
def test_a_long_policy_breaks_no_rule(random: Random) -> None:
    fuzz.check(fuzz.long_document(random))


@settings(max_examples=CASES // 4)
@given(st.text(max_size=80))
def test_no_text_breaks_a_rule(text: str) -> None:
    fuzz.check(text)


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ud800",
        '"\ud800"',
        '["\\ud83d\\ude00", "\\ude00\\ud83d"]',
        "[1" + "0" * 100_000 + "]",
        "[1e" + "9" * 100_000 + "]",
        '{"Statement":' * 20 + "1" + "}" * 20,
        '"' + "\\u0000" * 20_000 + '"',
        " " * strict_json.MAX_CHARACTERS,
        "\r" * strict_json.MAX_CHARACTERS,
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*",'
        '"Condition":{"\\u0130":{"\\u0000":["\\ud83d\\ude00"]}}}]}',
    ],
    ids=range(11),
)
def test_a_hostile_text_breaks_no_rule(text: str) -> None:
    fuzz.check(text)
