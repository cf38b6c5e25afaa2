"""Wildcards: what `*` and `?` cross, what stays literal, and how long matching may take."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.policy.patterns import action_matches, glob, globs, matches, utf16_units
from tests.bounded import processor_seconds


def fits(pattern: str, text: str) -> bool:
    return matches(glob(pattern), text)


@pytest.mark.parametrize(
    ("pattern", "action", "fits"),
    [
        ("*", "iam:GetUser", True),
        ("iam:GetUser", "iam:GetUser", True),
        ("IAM:getUSER", "iam:GetUser", True),
        ("iam:Get*", "iam:GetUser", True),
        ("iam:get?ser", "iam:GetUser", True),
        ("iam:*User", "iam:GetUser", True),
        ("iam:*", "iam:GetUser", True),
        ("iam:Get", "iam:GetUser", False),
        ("iam:GetUser", "iam:GetUserPolicy", False),
        ("iam:GetUser?", "iam:GetUser", False),
        ("am:GetUser", "iam:GetUser", False),
        ("iam:Create?ccessKey", "iam:CreateAccessKey", True),
        ("iam:[A-Z]*", "iam:GetUser", False),
        ("iam:.*", "iam:GetUser", False),
        ("iam:Get(User)", "iam:GetUser", False),
        ("iam:GetUser\n", "iam:GetUser", False),
        ("iam:*", "iam:Get\nUser", True),
        ("iam:GetUser", "iam:GetUser\n", False),
        ("iam:Get|iam:GetUser", "iam:GetUser", False),
        ("sts:GetFederationTo\u212aen", "sts:GetFederationToken", False),
        ("\u017fts:GetSessionToken", "sts:GetSessionToken", False),
        ("\u0456am:GetUser", "iam:GetUser", False),
    ],
)
def test_an_action_fits_whatever_its_case(pattern: str, action: str, fits: bool) -> None:
    assert action_matches((pattern,), action) is fits


def test_one_of_several_actions_is_enough() -> None:
    assert action_matches(("iam:Get*", "iam:List*"), "iam:ListUsers")
    assert not action_matches(("iam:Get*", "iam:List*"), "iam:Delete|iam:ListUsers")
    assert not action_matches(("iam:Get", "iam:List"), "iam:GetList")


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "arn:aws:iam::111122223333:user/ana", True),
        ("*", "", True),
        ("*", "*", True),
        ("arn:aws:iam::111122223333:user/ana", "*", False),
        ("arn:aws:iam::*:user/ana", "arn:aws:iam::111122223333:user/ana", True),
        ("arn:aws:iam::*", "arn:aws:iam::111122223333:user/a/b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b/?", "arn:aws:s3:::b//", True),
        ("arn:aws:s3:::b/?", "arn:aws:s3:::b/", False),
        ("arn:aws:s3:::b/??", "arn:aws:s3:::b/x", False),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False),
        ("ab*ba", "aba", False),
        ("a*a", "a", False),
        ("a**a", "aa", True),
        ("*?", "", False),
        ("?*?", "ab", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "abaab", True),
        ("*ab*ab*", "ababa", True),
        ("*a?b*", "aaab", True),
        ("*aab", "aaab", True),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        (r"a\*", r"a\b", True),
        ("a.c", "abc", False),
        ("a*c", "a\nc", True),
        ("?", "\n", True),
        ("", "", True),
        ("", "a", False),
        ("?", "\u00e9", True),
        ("?", "\U0001f600", False),
        ("??", "\U0001f600", True),
        ("\U0001f600*", "\U0001f600x", True),
        ("\u00e9", "e\u0301", False),
    ],
)
def test_a_resource_fits_whole_and_case_by_case(
    pattern: str, resource: str, expected: bool
) -> None:
    assert fits(pattern, resource) is expected


@pytest.mark.parametrize(
    ("text", "expected"), [("a*?b", True), ("aXYb", False), ("a*Yb", False), ("aX?b", False)]
)
def test_wildcards_in_literal_text_are_plain_characters(text: str, expected: bool) -> None:
    assert matches(glob("a") + utf16_units("*?") + glob("b"), text) is expected


def test_pieces_join_to_one_pattern() -> None:
    pieces = glob("user/*/") + utf16_units("a.b") + glob("-*")
    assert matches(pieces, "user/x/a.b-c")
    assert not matches(pieces, "user/x/aXb-c")


@pytest.mark.parametrize(
    "pattern",
    [
        "a*" * 60 + "b",
        "*a" * 500 + "b",
        "*" * 5_000 + "b",
        "?*" * 500 + "b",
        "*" + "a" * 900 + "b*",
    ],
)
def test_no_pattern_makes_matching_slow(pattern: str) -> None:
    text = "a" * 20_000
    fits(pattern, "")  # compiled, and the time below is that of matching
    with processor_seconds(10):
        assert not fits(pattern, text)


@settings(max_examples=500)
@given(st.integers(0, 2**48))
def test_long_texts_match_as_an_expression_reads_them(seed: int) -> None:
    """The pattern is made of parts of the text, so that it nearly fits."""
    dice = Random(seed)
    letters = dice.choice(["ab", "abc", "abcdefgh\u00e9\u4e2d\U0001f600"])
    whole = "".join(dice.choices(letters, k=dice.choice([20, 300, 700])))
    text = dice.choice([whole, (whole[: dice.randint(1, 20)] * 700)[:700]])
    parts = [nearly(dice, text, letters) for _ in range(dice.randint(1, 2))]
    pattern = dice.choice(["*", "", text[:3] + "*"]) + "*".join(parts) + dice.choice(["*", ""])
    assert fits(pattern, text) is (expression(pattern).fullmatch(utf16_units(text)) is not None)


def nearly(dice: Random, text: str, letters: str) -> str:
    start = dice.randrange(len(text))
    part = list(text[start : start + dice.choice([1, 2, 5, 9, 13, 40, 150])])
    for _ in range(dice.choice([0, 0, 1, len(part) // 2])):
        part[dice.randrange(len(part))] = dice.choice(["?", "?", *letters])
    return "".join(part)


def expression(pattern: str) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": "."}
    units = utf16_units(pattern)
    return re.compile("".join(wildcards.get(one, re.escape(one)) for one in units), re.DOTALL)


@pytest.mark.parametrize(
    ("stretch", "number"), [("a" * 20 + "b" + "a" * 20, 140), ("a?" * 20 + "b", 140), ("ab", 700)]
)
def test_many_patterns_on_a_long_text_are_not_slow(stretch: str, number: int) -> None:
    text = "a" * 1_000 + "b" + "c" * 999 + "b"
    patterns = globs(glob(f"*{stretch}{n:03}*") for n in range(number))
    with processor_seconds(2):
        assert not patterns.fit(text)
