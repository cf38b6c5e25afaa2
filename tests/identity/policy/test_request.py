"""What a request says of a key."""

from __future__ import annotations

import pytest

from identity.policy import Request
from identity.policy.request import Value
from tests.identity.policy.builders import ANA


@pytest.mark.parametrize(
    ("context", "value"),
    [
        ({}, None),
        ({"aws:TagKeys": "a"}, "a"),
        ({"AWS:TAGKEYS": "a"}, "a"),
        ({"aws:TagKeys": ""}, ""),
        ({"aws:TagKeys": ("a", "b")}, ("a", "b")),
        ({"aws:TagKeys": ()}, None),
        ({"aws:TagKeys": "a", "aws:tagkeys": "b"}, ("a", "b")),
        ({"aws:TagKeys": ("a",), "aws:tagkeys": "b"}, ("a", "b")),
        ({"aws:TagKeys": "a", "aws:tagkeys": ()}, "a"),
    ],
)
def test_a_key_is_found_in_any_spelling(context: dict[str, Value], value: Value | None) -> None:
    assert Request(ANA, "iam:TagUser", ANA, context).value("aws:tagKeys") == value


def test_a_request_does_not_change_with_the_mapping_it_came_from() -> None:
    context: dict[str, Value] = {"aws:username": "ana"}
    request = Request(ANA, "iam:GetUser", ANA, context)
    context["aws:username"] = "root"
    assert request.value("aws:username") == "ana"
