"""Which condition keys and policy variables a document asks for."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import parse
from identity.policy.context_keys import used
from tests.identity.policy.builders import statement, text


def keys(*statements: dict[str, Any], version: str = "2012-10-17") -> list[str]:
    return list(used(parse(text(*statements, version=version))))


def condition(operator: str, key: str, *values: str) -> dict[str, Any]:
    return statement(Condition={operator: {key: list(values)}})


@pytest.mark.parametrize(
    ("asking", "found"),
    [
        (statement(), []),
        (condition("StringEquals", "aws:PrincipalTag/Team", "red"), ["aws:PrincipalTag/Team"]),
        (condition("Null", "AWS:SourceIp", "true"), ["AWS:SourceIp"]),
        (condition("ForAnyValue:StringLike", "aws:TagKeys", "a*"), ["aws:TagKeys"]),
        (statement(Resource="arn:aws:s3:::b/${aws:username}/*"), ["aws:username"]),
        (
            statement(NotResource="arn:aws:s3:::b/${aws:PrincipalTag/d, 'none'}"),
            ["aws:PrincipalTag/d"],
        ),
        (
            condition("StringLike", "s3:prefix", "${aws:userid}/${*}", "${$}"),
            ["s3:prefix", "aws:userid", "*", "$"],
        ),
    ],
)
def test_a_statement_asks_for_the_keys_it_names(asking: dict[str, Any], found: list[str]) -> None:
    assert keys(asking) == found


def test_keys_are_listed_once_in_the_order_of_first_use() -> None:
    found = keys(
        condition("StringEquals", "aws:username", "${aws:userid}"),
        condition("StringEquals", "aws:SourceIp", "1.2.3.4"),
        condition("StringNotEquals", "aws:username", "${aws:userid}"),
    )
    assert found == ["aws:username", "aws:userid", "aws:SourceIp"]


def test_two_spellings_of_a_key_are_both_listed() -> None:
    both = [
        condition("Bool", key, "true") for key in ("aws:SecureTransport", "AWS:securetransport")
    ]
    assert keys(*both) == ["aws:SecureTransport", "AWS:securetransport"]


def test_before_2012_variables_are_plain_text() -> None:
    old = statement(
        Resource="arn:aws:s3:::b/${aws:username}",
        Condition={"StringEquals": {"aws:userid": "${aws:username}"}},
    )
    assert keys(old, version="2008-10-17") == ["aws:userid"]
