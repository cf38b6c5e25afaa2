"""Which keys a decision hangs on: none is left out that could turn it."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from identity.policy import Layer, LayerKind, Request, Source, decide, load
from identity.policy.missing import missing_keys

KEY = "aws:SourceVpc"
OPERATORS = ("StringEquals", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringLike")
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"Null": {KEY: "true"}},
    *({operator: {KEY: "a"}} for operator in OPERATORS),
]
STATEMENTS = [
    {"Effect": effect, "Action": "s3:*", "Resource": "*", "Condition": condition}
    for effect, condition in itertools.product(("Allow", "Deny"), CONDITIONS)
]


def layers_of(*statements: dict[str, Any]) -> list[Layer]:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return [Layer(LayerKind.IDENTITY, (Source("P", load(text)),))]


def asking(**context: str) -> Request:
    return Request("arn:aws:iam::111122223333:user/ben", "s3:GetObject", "*", context)


def test_a_decision_that_hangs_on_no_key_is_the_same_whatever_the_key_is() -> None:
    for pair in itertools.product(STATEMENTS, repeat=2):
        layers = layers_of(*pair)
        if not missing_keys(asking(), layers):
            found = {bool(decide(asking(), layers))}
            found |= {bool(decide(asking(**{KEY: value}), layers)) for value in "ab"}
            assert len(found) == 1, pair


@pytest.mark.parametrize("condition", CONDITIONS[1:], ids=str)
def test_one_allow_hangs_on_its_key_until_that_is_given(condition: dict[str, Any]) -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    assert missing_keys(asking(), layers_of(allow)) == (KEY,)
    assert missing_keys(asking(**{KEY: "b"}), layers_of(allow)) == ()


def test_a_key_of_a_statement_about_something_else_does_not_count() -> None:
    near = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": CONDITIONS[2]}
    far = near | {"Resource": "arn:aws:s3:::x", "Condition": {"Bool": {"aws:Other": "true"}}}
    assert missing_keys(asking(), layers_of(near, far)) == (KEY,)
