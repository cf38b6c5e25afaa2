"""What may stand in a written policy: AWS's message for every rule, one document each."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import Kind, parse
from tests.identity.policy.builders import SYNTAX, refusal, some_value, statement, text

NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
LEGACY = "The policy failed legacy parsing"
PATHS = (
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, '
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
    "oidc-provider/, report/, access-report/."
)


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ({"Action": []}, "Policy statement must contain actions."),
        ({"Resource": []}, "Policy statement must contain resources."),
        ({"Action": "CreateUser"}, NO_VENDOR),
        ({"Action": ["iam:*", "**"]}, NO_VENDOR),
        ({"NotAction": "GetUser"}, NO_VENDOR),
        ({"Condition": {"StringEquals": {"username": "ana"}}}, NO_VENDOR),
        ({"Action": "i*m:GetUser"}, "Vendor i*m is not valid"),
        ({"Action": "*:GetUser"}, "Vendor * is not valid"),
        ({"Action": ":GetUser"}, "Vendor  is not valid"),
        ({"Action": "iam_x:GetUser"}, "Vendor iam_x is not valid"),
        ({"Action": "\u0456am:GetUser"}, "Vendor \u0456am is not valid"),
        ({"Action": "iam:Get:User"}, "Actions/Condition can contain only one colon."),
        ({"Resource": "bucket"}, 'Resource bucket must be in ARN format or "*".'),
        ({"Resource": ""}, 'Resource  must be in ARN format or "*".'),
        ({"Resource": "**"}, 'Resource ** must be in ARN format or "*".'),
        ({"NotResource": "a:b:c:d:e:f"}, 'Resource a:b:c:d:e:f must be in ARN format or "*".'),
        (
            {"Resource": "arn:aws2:s3:::bucket"},
            'Partition "aws2" is not valid for resource "arn:aws2:s3:::bucket".',
        ),
        ({"Resource": "arn:aws:s3:bucket"}, LEGACY),
        ({"Resource": "arn:aws"}, LEGACY),
        ({"Resource": "arn:aws:iam::${aws:PrincipalAccount}:user/ana"}, LEGACY),
        (
            {"Resource": "arn:aws:*:::bucket"},
            "Resource vendor must be fully qualified and cannot contain regexes.",
        ),
        ({"Resource": "arn:aws:iam::111122223333:user"}, PATHS),
        ({"Resource": "arn:aws:iam::111122223333:u*/ana"}, PATHS),
        ({"Resource": "arn:aws:iam::111122223333:User/ana"}, PATHS),
        (
            {"Resource": "arn:aws:iam:us-east-1:111122223333:user/ana"},
            "IAM resource arn:aws:iam:us-east-1:111122223333:user/ana "
            "cannot contain region information.",
        ),
        ({"Principal": "*"}, "Policy document should not specify a principal."),
        ({"Principal": {}}, "Policy document should not specify a principal."),
        ({"NotPrincipal": {"AWS": "*"}}, "Policy document should not specify a principal."),
        (
            {"Sid": "not allowed"},
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            "regular expression [0-9A-Za-z]*",
        ),
    ],
)
def test_a_broken_rule_is_told_in_awss_words(element: dict[str, Any], message: str) -> None:
    for kind in (Kind.IDENTITY, Kind.MANAGED, Kind.SESSION):
        assert refusal(text(statement(**element)), kind) == message


def test_two_statements_do_not_share_a_sid() -> None:
    twice = text(statement(Sid="A"), statement(Sid="B"), statement(Sid="A"))
    assert refusal(twice) == "Statement IDs (SID) in a single policy must be unique."
    assert parse(text(statement(Sid="A"), statement(Sid="a")))


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_a_managed_policy_is_of_version_2012(version: str | None) -> None:
    message = "Policy document must be version 2012-10-17 or greater."
    assert refusal(text(statement(), version=version), Kind.MANAGED) == message
    assert parse(text(statement(), version=version), Kind.IDENTITY)
    assert parse(text(statement()), Kind.MANAGED)


@pytest.mark.parametrize(
    "operator",
    [
        "StringEqual",
        "stringequals",
        "NumericLike",
        "NumericNotLessThan",
        "BinaryNotEquals",
        "ArnEqualsIgnoreCase",
        "NullIfExists",
        "ForAnyValue:Null",
        "StringEqualsIfExistsIfExists",
        "IfExistsStringEquals",
        "ForAnyValue:ForAllValues:StringEquals",
        "foranyvalue:StringEquals",
        "",
    ],
)
def test_an_operator_that_aws_does_not_have_is_a_syntax_error(operator: str) -> None:
    assert refusal(text(statement(Condition={operator: {"aws:x": "1"}}))) == SYNTAX


@pytest.mark.parametrize("operator", ["StringEqual", "StringEquals", "DateEquals"])
def test_an_operator_without_keys_asks_nothing(operator: str) -> None:
    assert parse(text(statement(Condition={operator: {}}))).statements[0].conditions == ()


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("Bool", "yes"),
        ("Bool", "${aws:x}"),
        ("Null", "1"),
        ("IpAddress", "10.0.0"),
        ("IpAddress", "10.0.0.0/33"),
        ("IpAddress", "10.0.0.0/"),
        ("IpAddress", "10.0.0.0/-1"),
        ("NotIpAddress", "10.0.0.0/255.0.0.0"),
        ("NotIpAddressIfExists", "*"),
        ("NumericEquals", "one"),
        ("NumericEquals", ""),
        ("NumericLessThan", "1,5"),
        ("NumericLessThan", "0x1"),
        ("NumericLessThan", "NaN"),
        ("NumericLessThan", "1e9999"),
        ("NumericLessThan", "${aws:x}"),
        ("NumericNotEquals", "\u0661"),
        ("DateEquals", "today"),
        ("DateLessThan", "2026-02-30"),
        ("DateLessThan", "2026-11-24T10:00:00"),
        ("DateLessThan", "2026-11-24 10:00:00Z"),
        ("DateLessThan", "2026-11-24T24:00:00Z"),
        ("DateLessThan", "0000-01-01"),
        ("DateNotEquals", "${aws:CurrentTime}"),
        ("BinaryEquals", "not base64"),
        ("BinaryEquals", "YQ"),
        ("BinaryEquals", "${aws:x}"),
        ("ArnEquals", "arn:aws:iam::user"),
        ("ForAnyValue:ArnNotLike", "*"),
    ],
)
def test_a_value_that_its_operator_cannot_read_is_refused(operator: str, value: str) -> None:
    good = some_value(operator)
    assert parse(text(statement(Condition={operator: {"aws:x": good}})))
    document = text(statement(Condition={operator: {"aws:x": [good, value]}}))
    message = f"Value {value} is not valid for condition operator {operator}."
    assert refusal(document) == message
