"""Where a document is broken: line, column, what was expected there and what was found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity.errors import MalformedPolicyDocument
from identity.policy import Kind, parse
from tests.identity.policy.builders import statement, text

ACCOUNT = "111122223333"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
TWO_LINES = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
    %s
  ]
}"""
TRUST_LINES = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}},
    %s
  ]
}"""


def fault(document: str, kind: Kind = Kind.IDENTITY) -> MalformedPolicyDocument:
    with pytest.raises(MalformedPolicyDocument) as refused:
        parse(document, kind)
    return refused.value


def said(document: str, kind: Kind = Kind.IDENTITY) -> tuple[int, int, str]:
    """Line, column, and the sentence that follows them."""
    refused = fault(document, kind)
    place = f"line {refused.line}, column {refused.column}: "
    assert refused.detail.startswith(place)
    return refused.line, refused.column, refused.detail.removeprefix(place)


@pytest.mark.parametrize(
    ("document", "line", "column", "sentence"),
    [
        ("", 1, 1, "expected a value, found the end of the document"),
        ("{", 1, 2, "expected a name in double quotes, found the end of the document"),
        ('{\n"Version":}', 2, 11, 'expected a value, found "}"'),
        ('{"a": 1,}', 1, 9, 'expected a name in double quotes, found "}"'),
        ('{"a" 1}', 1, 6, 'expected ":", found "1"'),
        ('{"a": 1 "b": 2}', 1, 9, 'expected "," or "}", found "\\""'),
        ("[1 2]", 1, 4, 'expected "," or "]", found "2"'),
        ("[1]\r\n]", 2, 1, 'expected the end of the document, found "]"'),
        ("{'a': 1}", 1, 2, 'expected a name in double quotes, found "\'"'),
        ('{"a": True}', 1, 7, 'expected a value, found "True"'),
        ('{"a": NaN}', 1, 7, 'expected a value, found "NaN"'),
        ('{"a": 01}', 1, 8, 'expected "," or "}", found "1"'),
        ('{"a": "b', 1, 9, "expected a closing quote, found the end of the document"),
        ('{"a": "b\n"}', 1, 9, "expected a closing quote, found U+000A"),
        ('{"a": "\\x"}', 1, 8, 'expected an escape such as \\n, \\" or \\u00e9, found "\\\\x"'),
        ('{"a":1,\n"a":2}', 2, 1, 'expected a name that this object has not yet, found "a" again'),
        ('["\\ud800"]', 1, 2, "expected whole characters, found half of a surrogate pair"),
        ('["\u4e2d"]', 1, 3, "expected a character up to U+00FF, or an escape, found U+4E2D"),
        ('["a"\x00]', 1, 5, "expected a character up to U+00FF, or an escape, found U+0000"),
        ("[" * 17 + "]" * 17, 1, 17, 'expected at most 16 levels, found "["'),
        (" " * 131_073, 1, 131_073, "expected at most 131072 characters, found 131073"),
    ],
)
def test_what_is_no_json_is_told_where_the_reader_stopped(
    document: str, line: int, column: int, sentence: str
) -> None:
    for kind in Kind:
        assert said(document, kind) == (line, column, sentence)


@pytest.mark.parametrize(
    ("second", "column", "sentence"),
    [
        ('"Allow"', 5, 'expected a statement, which is an object, found "Allow"'),
        (
            '{"Efect": "Allow", "Action": "iam:*", "Resource": "*"}',
            6,
            'expected an element of a statement, perhaps "Effect", found "Efect"',
        ),
        (
            '{"Zzz": 1, "Effect": "Allow"}',
            6,
            'expected an element of a statement, found "Zzz"',
        ),
        ('{"Action": "iam:*", "Resource": "*"}', 5, 'expected "Effect", found none'),
        ('{"Effect": "allow"}', 16, 'expected "Allow" or "Deny", found "allow"'),
        ('{"Effect": null}', 16, 'expected "Allow" or "Deny", found null'),
        ('{"Effect": "Deny", "Sid": 7}', 31, "expected a string, found the number 7"),
        (
            '{"Effect": "Deny", "Action": ["iam:*", true]}',
            44,
            "expected a string, found true",
        ),
        (
            '{"Effect": "Deny", "Action": "*", "NotAction": "*"}',
            39,
            'expected either "Action" or "NotAction", found both',
        ),
        ('{"Effect": "Deny", "Resource": "*"}', 5, "expected at least one action, found none"),
        (
            '{"Effect": "Deny", "Action": [], "Resource": "*"}',
            34,
            "expected at least one action, found an empty list",
        ),
        (
            '{"Effect": "Deny", "Principal": "*"}',
            24,
            'expected no principal: a policy is attached to the one it is about, found "Principal"',
        ),
        (
            '{"Effect": "Deny", "Action": "*", "Resource": ["*", "a"]}',
            57,
            'expected an ARN or "*", found "a"',
        ),
        (
            '{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3"}',
            51,
            "expected six fields, arn:partition:service:region:account:resource, "
            'found "arn:aws:s3"',
        ),
        (
            '{"Effect": "Deny", "Action": ["*", "GetUser"], "Resource": "*"}',
            40,
            'expected an action such as iam:GetUser, or "*", found "GetUser"',
        ),
        (
            '{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::${a"}',
            51,
            "expected a variable such as ${aws:username} or ${key, 'default'}, "
            'found "arn:aws:s3:::${a"',
        ),
    ],
)
def test_a_broken_statement_is_told_with_its_place(second: str, column: int, sentence: str) -> None:
    assert said(TWO_LINES % second) == (5, column, sentence)


@pytest.mark.parametrize(
    ("condition", "column", "sentence"),
    [
        (
            '{"StringEqualIfExists": {"aws:x": "1"}}',
            70,
            'expected a condition operator, perhaps "StringEqualsIfExists", '
            'found "StringEqualIfExists"',
        ),
        (
            '{"forAnyValue:StringLik": {"aws:x": "1"}}',
            70,
            'expected a condition operator, perhaps "ForAnyValue:StringLike", '
            'found "forAnyValue:StringLik"',
        ),
        ('{"Zzz": {"aws:x": "1"}}', 70, 'expected a condition operator, found "Zzz"'),
        (
            '{"NumericLessThan": {"aws:x": [1, "soon"]}}',
            103,
            'expected what NumericLessThan can compare, a number, found "soon"',
        ),
        (
            '{"StringLike": {"username": "1"}}',
            85,
            'expected a condition key such as aws:username, found "username"',
        ),
        (
            '{"StringLike": {"aws:x": ["${aws:username}", "${"]}}',
            114,
            "expected a variable such as ${aws:username} or ${key, 'default'}, found \"${\"",
        ),
        (
            '{"StringLike": ["a"]}',
            84,
            "expected an object of condition keys and their values, found a list",
        ),
        (
            '{"StringLike": {"aws:x": [[]]}}',
            95,
            "expected a string, a number, true or false, found an empty list",
        ),
    ],
)
def test_a_broken_condition_is_told_with_its_place(
    condition: str, column: int, sentence: str
) -> None:
    second = '{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": %s}'
    assert said(TWO_LINES % (second % condition)) == (5, column, sentence)


def test_a_repeated_sid_is_told_with_the_statement_that_has_it() -> None:
    document = text(statement(Sid="A"), statement(), statement(Sid="A"))
    refused = fault(document)
    assert refused.column == document.rindex('"A"') + 1
    assert refused.detail.endswith('expected a Sid other than that of statement 1, found "A"')


@pytest.mark.parametrize(
    ("second", "column", "sentence"),
    [
        (
            '{"Effect": "Allow", "Principal": {"AWS": ["*", "ana"]}, "Action": "sts:AssumeRole"}',
            52,
            "expected an account, the ARN of a user, a role or a session without wildcards, "
            'or *, found "ana"',
        ),
        (
            '{"Effect": "Allow", "Principal": {"Aws": "*"}, "Action": "sts:AssumeRole"}',
            39,
            'expected an element of a principal, perhaps "AWS", found "Aws"',
        ),
        (
            '{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}',
            38,
            'expected an object such as {"AWS": "111122223333"}, found "*"',
        ),
        ('{"Effect": "Allow", "Principal": {"AWS": "*"}}', 5, 'expected "Action", found none'),
        (
            '{"Effect": "Deny", "NotPrincipal": {"AWS": "*"}}',
            24,
            'expected "Principal", found "NotPrincipal"',
        ),
        (
            '{"Effect": "Deny", "Resource": "*"}',
            24,
            'expected no resource: a trust policy is about its role, found "Resource"',
        ),
        (
            '{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole", "s3:*"]}',
            81,
            "expected sts:AssumeRole and its kind, sts:TagSession, sts:SetSourceIdentity, "
            'sts:SetContext, found "s3:*"',
        ),
    ],
)
def test_a_broken_trust_is_told_with_its_place(second: str, column: int, sentence: str) -> None:
    assert said(TRUST_LINES % second, Kind.TRUST) == (5, column, sentence)


def test_a_shared_issuer_without_a_claim_is_told_which_claims_to_compare() -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": GITHUB},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    line, column, sentence = said(json.dumps({"Statement": trust}), Kind.TRUST)
    assert (line, column) == (1, 15)
    assert "token.actions.githubusercontent.com:sub or" in sentence


def test_the_message_stays_that_of_aws() -> None:
    refused = fault(TWO_LINES % '{"Effect": "allow"}')
    assert refused.message == str(refused) == "Syntax errors in policy."
    trusting = fault(TRUST_LINES % '{"Effect": "allow"}', Kind.TRUST)
    assert trusting.message == "Missing required field Principal"


@pytest.mark.parametrize("broken", [{"Effect": "A" * 500}, {"Effect": "Deny", "x" * 500: 1}])
def test_a_long_value_is_shortened(broken: dict[str, Any]) -> None:
    detail = fault(json.dumps({"Statement": broken})).detail
    assert "..." in detail
    assert len(detail) < 200
