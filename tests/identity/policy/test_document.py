"""Reading policy documents: their grammar, and what becomes of stored ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.policy import UNREADABLE, Kind, load, parse
from tests.identity.policy.builders import SYNTAX, refusal, statement, text


def without(element: str) -> dict[str, Any]:
    return {name: value for name, value in statement().items() if name != element}


def test_a_document_is_read_whole() -> None:
    document = parse(
        json.dumps(
            {
                "Version": "2012-10-17",
                "Id": "example",
                "Statement": [
                    statement(Sid="One", Action=["iam:Get*", "iam:List*"]),
                    statement(
                        "Deny",
                        NotAction="sts:*",
                        NotResource="arn:aws:s3:::logs",
                        Condition={"StringLike": {"aws:userid": ["AIDA*", "AROA*"]}},
                    ),
                ],
            }
        )
    )
    one, two = document.statements
    assert (document.version, document.id) == ("2012-10-17", "example")
    assert (one.sid, one.effect, one.actions, one.index) == (
        "One",
        "Allow",
        ("iam:Get*", "iam:List*"),
        0,
    )
    assert (one.resources, one.not_actions, one.not_resources) == (("*",), (), ())
    assert (two.sid, two.effect, two.actions, two.resources, two.index) == ("", "Deny", (), (), 1)
    assert (two.not_actions, two.not_resources) == (("sts:*",), ("arn:aws:s3:::logs",))
    [condition] = two.conditions
    assert (condition.operator, condition.key) == ("StringLike", "aws:userid")
    assert condition.values == ("AIDA*", "AROA*")


def test_one_statement_needs_no_list_and_no_version_means_2008() -> None:
    document = parse(json.dumps({"Statement": statement()}))
    assert len(document.statements) == 1
    assert document.version == "2008-10-17"


@pytest.mark.parametrize(
    ("written", "read"),
    [("a", ("a",)), (["a", 1], ("a", "1")), (1.50, ("1.5",)), (True, ("true",)), ([], ())],
)
def test_condition_values_are_read_as_text(written: object, read: tuple[str, ...]) -> None:
    [one] = parse(text(statement(Condition={"StringEquals": {"aws:x": written}}))).statements
    assert one.conditions[0].values == read


def test_a_number_in_a_condition_keeps_its_spelling() -> None:
    written = text(statement(Condition={"StringEquals": {"aws:x": 0}})).replace(": 0}", ": 1.500}")
    assert parse(written).statements[0].conditions[0].values == ("1.500",)


@pytest.mark.parametrize(
    "element",
    [
        {"Sid": ""},
        {"Condition": {}},
        {"Condition": {"Bool": {"aws:SecureTransport": "True"}}},
        {"Condition": {"IpAddress": {"aws:SourceIp": ["10.1.2.3/8", "2001:db8::/32", "::1"]}}},
        {"Resource": "arn:aws:s3:::bucket/${aws:username}/*"},
        {"Resource": "arn:aws:s3:::$${*}{a}"},
        {"Resource": "arn:aws:iam::*:user/division/*"},
        {"Resource": "arn:aws:iam::111122223333:*"},
        {"Resource": "arn:aws:iam::*:root", "Action": "sts:AssumeRoot"},
        {"Resource": "arn:*:s3:::bucket"},
        {"Resource": "arn:aws-cn:logs:*:*:log-group:a:b:c"},
        {"Action": "execute-api:Invoke"},
        {"Action": "iam:*User?"},
    ],
)
def test_what_aws_accepts_is_accepted(element: dict[str, Any]) -> None:
    assert parse(text(statement(**element)))


def test_two_empty_sids_are_no_duplicate() -> None:
    assert parse(text(statement(Sid=""), statement(Sid="")))


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "null",
        "[]",
        '"Statement"',
        "{}",
        text(),
        text(statement(), version="2012-10-18"),
        text(statement()).replace('"2012-10-17"', "20121017"),
        text(statement()).replace('"2012-10-17"', '["2012-10-17"]'),
        text(without("Effect")),
        text(statement("allow")),
        text(statement("Permit")),
        text(statement()).replace('"Allow"', "true"),
        text(statement() | {"NotAction": "iam:*"}),
        text(statement() | {"NotResource": "*"}),
        text(statement() | {"Actions": "iam:*"}),
        text(statement() | {"action": "iam:*"}),
        text(statement() | {"Condition": []}),
        text(statement() | {"Condition": {"StringEquals": []}}),
        text(statement() | {"Condition": {"StringEquals": {"aws:x": None}}}),
        text(statement() | {"Condition": {"StringEquals": {"aws:x": [["a"]]}}}),
        text(statement() | {"Condition": {"StringEquals": {"aws:x": {"a": "b"}}}}),
        text(statement(Action=1)),
        text(statement(Action=["iam:*", 1])),
        text(statement(Action=[None])),
        text(statement(Action={})),
        text(statement(Resource=True)),
        text(statement(Sid=1)),
        text(statement(Sid=None)),
        json.dumps({"Statement": [statement()], "Conditions": {}}),
        json.dumps({"Statement": [[statement()]]}),
        json.dumps({"Statement": ["Allow"]}),
        json.dumps({"Statement": [statement()], "Id": 1}),
    ],
)
def test_a_fault_of_grammar_is_a_syntax_error(document: str) -> None:
    for kind in (Kind.IDENTITY, Kind.MANAGED, Kind.SESSION):
        assert refusal(document, kind) == SYNTAX


def test_a_statement_says_what_it_is_about() -> None:
    assert refusal(text(without("Action"))) == "Policy statement must contain actions."
    assert refusal(text(without("Resource"))) == "Policy statement must contain resources."


@pytest.mark.parametrize(
    "broken", ["${", "${}", "${aws:username", "${a:b, c}", "${a:b,'c}", "${ a:b }", "${${a:b}}"]
)
def test_a_variable_that_cannot_be_read_is_refused(broken: str) -> None:
    resource = statement(Resource=f"arn:aws:s3:::{broken}")
    condition = statement(Condition={"StringEquals": {"aws:x": broken}})
    for one in (resource, condition):
        assert refusal(text(one)) == SYNTAX
        assert load(text(one)) is UNREADABLE
    assert parse(text(resource, condition, version=None))


def test_before_2012_a_variable_may_stand_anywhere_for_it_is_plain_text() -> None:
    resource = "arn:aws:s3::${aws:PrincipalAccount}:bucket"
    assert parse(text(statement(Resource=resource), version=None))


def test_a_stored_document_is_not_held_to_the_rules_of_writing() -> None:
    stored = text(statement(Action="i*m:GetUser", Resource="bucket", Sid="a b"))
    assert load(stored).statements[0].actions == ("i*m:GetUser",)
    assert load(stored) is load(stored)


def test_a_stored_document_keeps_a_condition_that_cannot_be_evaluated() -> None:
    stored = load(text(statement(Condition={"NumericLike": {"aws:x": 1}, "Foo": {"aws:y": 2}})))
    assert [one.operator for one in stored.statements[0].conditions] == ["NumericLike", "Foo"]


@pytest.mark.parametrize(
    "stored", ["", "{", text(), text(statement(Action=[])), text(statement(Principal="*"))]
)
def test_a_stored_document_that_cannot_be_read_denies_everything(stored: str) -> None:
    assert load(stored) is UNREADABLE
    [one] = UNREADABLE.statements
    assert (one.effect, one.actions, one.resources, one.conditions) == ("Deny", ("*",), ("*",), ())
