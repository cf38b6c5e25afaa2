"""Policy variables: whose text they take, and that it is never more than text."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import Request
from tests.identity.policy.builders import ANA, ask, request, statement

USERS = "arn:aws:iam::111122223333:user/"


def reaches(pattern: str, resource: str, *, version: str = "2012-10-17", **context: Any) -> bool:
    """Whether a policy on `pattern` allows a request on `resource`, both below users' ARNs."""
    asked = request("iam:GetUser", USERS + resource, **context)
    return bool(ask(asked, statement(Resource=USERS + pattern), version=version))


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("${aws:username}", "ana", True),
        ("${aws:username}", "ben", False),
        ("${AWS:UserName}", "ana", True),
        ("x/${aws:username}/*", "x/ana/y", True),
        ("${aws:username}-${aws:username}", "ana-ana", True),
        ("*${aws:username}", "x/ana", True),
        ("${aws:PrincipalTag/My team}", "red", True),
        ("${aws:absent}", "ana", False),
        ("${aws:absent}", "", False),
        ("*${aws:absent}", "ana", False),
        ("${aws:absent, 'ana'}", "ana", True),
        ("${aws:absent,'ana'}", "ana", True),
        ("${aws:absent, ''}", "", True),
        ("${aws:absent, 'a*'}", "ana", False),
        ("${aws:absent, 'a*'}", "a*", True),
        ("${aws:username, 'ben'}", "ana", True),
        ("${aws:username, 'ben'}", "ben", False),
        ("${aws:TagKeys}", "red", False),
        ("${aws:TagKeys, 'red'}", "red", False),
        ("a${*}", "a*", True),
        ("a${*}", "ana", False),
        ("a${?}", "a?", True),
        ("a${?}", "an", False),
        ("${$}{aws:username}", "${aws:username}", True),
        ("${$}{aws:username}", "ana", False),
        ("$ana", "$ana", True),
        ("{aws:username}", "ana", False),
    ],
)
def test_a_variable_in_a_resource(pattern: str, resource: str, expected: bool) -> None:
    context: dict[str, Any] = {
        "aws__username": "ana",
        "aws__TagKeys": ("red",),
        "aws__PrincipalTag/My team": "red",
    }
    assert reaches(pattern, resource, **context) is expected


@pytest.mark.parametrize("name", ["*", "?na", "a*", "${aws:userid}", "${*}", "[a-z]*", "a.a", ""])
def test_a_hostile_name_is_no_pattern(name: str) -> None:
    assert not reaches("${aws:username}", "ana", aws__username=name, aws__userid="ana")
    assert reaches("${aws:username}", name, aws__username=name, aws__userid="ana")


@pytest.mark.parametrize("version", ["2008-10-17"])
def test_before_2012_a_variable_is_plain_text(version: str) -> None:
    assert not reaches("${aws:username}", "ana", version=version, aws__username="ana")
    assert reaches("${aws:username}", "${aws:username}", version=version, aws__username="ana")
    assert reaches("${*}", "${x}", version=version)


def test_a_resource_that_names_an_absent_key_is_not_among_those_excepted() -> None:
    excepted = statement("Deny", NotResource=USERS + "${aws:username}")
    assert ask(request(aws__username="ana"), statement(), excepted)
    assert not ask(request(), statement(), excepted)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("StringEquals", "${aws:username}", True),
        ("StringEquals", "team-${aws:username}", False),
        ("StringEquals", "${aws:absent}", False),
        ("StringEquals", ["${aws:absent}", "ana"], True),
        ("StringNotEquals", "${aws:username}", False),
        ("StringNotEquals", "${aws:absent}", True),
        ("StringNotEquals", ["${aws:absent}", "ana"], False),
        ("StringEqualsIgnoreCase", "${aws:absent, 'ANA'}", True),
        ("StringLike", "${aws:username}*", True),
        ("StringLike", "${aws:userid}", False),
        ("StringNotLike", "${aws:userid}", True),
        ("StringEquals", "${*}", False),
    ],
)
def test_a_variable_in_a_condition_value(operator: str, value: object, expected: bool) -> None:
    asked = request(aws__username="ana", aws__userid="*", aws__x="ana")
    allowed = ask(asked, statement(Condition={operator: {"aws:x": value}}))
    assert bool(allowed) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (USERS + "${aws:username}", True),
        (USERS + "${aws:userid}", False),
        (USERS + "${aws:absent, 'ana'}", True),
        (USERS + "${aws:absent}", False),
        ("arn:aws:iam::${aws:account}:user/ana", True),
        ("arn:aws:iam::${aws:username}:user/ana", False),
        ("${aws:self}", True),
        ("${aws:username}", False),
        ("arn:aws:iam::${aws:wild}:user/ana", False),
        ("${aws:wild}", False),
    ],
)
def test_a_variable_in_an_arn_is_text_of_its_fields(wanted: str, expected: bool) -> None:
    context = {"username": "ana", "userid": "*", "account": "111122223333", "x": ANA}
    context |= {"self": ANA, "wild": "*:*:*:*:*:*"}
    asked = request(**{f"aws__{key}": value for key, value in context.items()})
    for operator in ("ArnLike", "ArnEquals"):
        assert bool(ask(asked, statement(Condition={operator: {"aws:x": wanted}}))) is expected
        negated = operator.replace("Arn", "ArnNot")
        assert bool(ask(asked, statement(Condition={negated: {"aws:x": wanted}}))) is not expected


def test_a_variable_in_a_condition_is_plain_text_before_2012() -> None:
    asked = Request(ANA, "iam:GetUser", ANA, {"aws:username": "ana", "aws:x": "${aws:username}"})
    condition = {"StringEquals": {"aws:x": "${aws:username}"}}
    assert ask(asked, statement(Condition=condition), version=None)
    assert not ask(asked, statement(Condition=condition))
