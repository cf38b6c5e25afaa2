"""Reading policy documents: AWS's message for every mistake, and no patience with hostile text."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from identity.errors import MalformedPolicyDocument
from identity.policy import UNREADABLE, Kind, load, parse, size
from tests.identity.policy.builders import statement, text

SYNTAX = "Syntax errors in policy."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
LEGACY = "The policy failed legacy parsing"
PATHS = (
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, '
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
    "oidc-provider/, report/, access-report/."
)


def refusal(document: str, kind: Kind = Kind.IDENTITY) -> str:
    with pytest.raises(MalformedPolicyDocument) as refused:
        parse(document, kind)
    assert (refused.value.code, refused.value.status) == ("MalformedPolicyDocument", 400)
    return refused.value.message


def without(element: str) -> dict[str, Any]:
    return {name: value for name, value in statement().items() if name != element}


# --- what is accepted ---------------------------------------------------------------------------


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


# --- AWS's messages -----------------------------------------------------------------------------


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
    assert refusal(document) == SYNTAX


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
    assert refusal(text(statement(**element))) == message
    assert refusal(text(statement(**element)), Kind.SESSION) == message


def test_a_statement_says_what_it_is_about() -> None:
    assert refusal(text(without("Action"))) == "Policy statement must contain actions."
    assert refusal(text(without("Resource"))) == "Policy statement must contain resources."


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


def test_trust_policies_are_refused_until_they_are_understood() -> None:
    trust = json.dumps(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}
    )
    assert refusal(trust, Kind.TRUST) == "Role trust policies are not supported yet."
    assert load(trust, Kind.TRUST) is UNREADABLE


@pytest.mark.parametrize(
    "operator",
    ["NumericEquals", "DateLessThanIfExists", "ForAnyValue:ArnLike", "BinaryEquals", "ArnEquals"],
)
def test_an_operator_that_is_not_built_is_refused_by_name(operator: str) -> None:
    message = f"Condition operator {operator} is not supported yet."
    assert refusal(text(statement(Condition={operator: {"aws:x": "1"}}))) == message


@pytest.mark.parametrize(
    "operator",
    [
        "StringEqual",
        "stringequals",
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
    ],
)
def test_a_value_that_its_operator_cannot_read_is_refused(operator: str, value: str) -> None:
    document = text(statement(Condition={operator: {"aws:x": ["true", value]}}))
    if "Ip" in operator:
        document = document.replace('"true"', '"::1"')
    message = f"Value {value} is not valid for condition operator {operator}."
    assert refusal(document) == message


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


# --- hostile text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        '{"Statement": []' + " " * 1_000_000 + "}",
        "[" * 10_000 + "]" * 10_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '"' + '\\"' * 60_000,
        '"\\' * 30_000,
        '{"Statement":' + "1" * 100_000 + "}",
        '{"Statement":1e' + "9" * 100_000 + "}",
        text(statement(Action=["iam:*"] * 8)).replace("[", "[" * 20),
        text(statement()).replace('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"'),
        text(statement()).replace('"Version"', '"Statement": [], "Version"'),
        text(statement(Condition={"StringEquals": {"aws:x": 1}})).replace(
            '"aws:x": 1', '"aws:x": 1, "aws:x": 2'
        ),
        text(statement(Condition={"StringEquals": {"aws:x": 1}})).replace(": 1}", ": NaN}"),
        text(statement(Condition={"StringEquals": {"aws:x": 1}})).replace(": 1}", ": -Infinity}"),
        text(statement(Sid="A")).replace('"A"', r'"\ud800"'),
        text(statement(Action="iam:A")).replace('"iam:A"', r'"iam:\udc00"'),
        text(statement(Condition={"StringEquals": {"aws:A": 1}})).replace("aws:A", r"aws:\ud83d"),
        text(statement(Action="iam:\u4e2d")).replace("\\u4e2d", "\u4e2d"),
        text(statement()).replace(" ", "\x00"),
        text(statement()).replace(" ", "\x0b"),
        "\ufeff" + text(statement()),
        text(statement()) + text(statement()),
        text(statement()) + "x",
        text(statement()).replace('"', "'"),
        "/* */" + text(statement()),
        text(statement()).replace("]}", "],}"),
    ],
    ids=range(25),
)
def test_hostile_text_is_refused_quickly(hostile: str) -> None:
    started = time.perf_counter()
    assert refusal(hostile) == SYNTAX
    assert load(hostile) is UNREADABLE
    assert time.perf_counter() - started < 1


def test_a_document_of_the_greatest_length_is_read() -> None:
    document = text(statement(Resource=["arn:aws:s3:::bucket/" + "x" * 80] * 1_200))
    assert len(parse(document).statements[0].resources) == 1_200
    assert refusal(document + " " * (131_073 - len(document))) == SYNTAX
    assert parse(document + " " * (131_072 - len(document)))


# --- stored documents ---------------------------------------------------------------------------


def test_a_stored_document_is_not_held_to_the_rules_of_writing() -> None:
    stored = text(statement(Action="i*m:GetUser", Resource="bucket", Sid="a b"))
    assert load(stored).statements[0].actions == ("i*m:GetUser",)
    assert load(stored) is load(stored)


def test_a_stored_document_keeps_an_operator_that_is_not_built() -> None:
    stored = load(text(statement(Condition={"NumericEquals": {"aws:x": 1}, "Foo": {"aws:y": 2}})))
    assert [one.operator for one in stored.statements[0].conditions] == ["NumericEquals", "Foo"]


@pytest.mark.parametrize(
    "stored", ["", "{", text(), text(statement(Action=[])), text(statement(Principal="*"))]
)
def test_a_stored_document_that_cannot_be_read_denies_everything(stored: str) -> None:
    assert load(stored) is UNREADABLE
    [one] = UNREADABLE.statements
    assert (one.effect, one.actions, one.resources, one.conditions) == ("Deny", ("*",), ("*",), ())


# --- size ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "characters"),
    [
        ("", 0),
        (" \t\r\n", 0),
        ('{ "a" : [ 1 , 2 ] }', 11),
        ('{"a b": " \\" c "}', 16),
        ('"unclosed  ', 11),
        ('"a\\', 3),
        ('"\u00ff"', 3),
    ],
)
def test_size_leaves_out_white_space_between_tokens_only(document: str, characters: int) -> None:
    assert size(document) == characters


def test_size_does_not_depend_on_indentation() -> None:
    members = json.loads(text(statement(Sid="A"), statement(Condition={"Bool": {"a:b": "true"}})))
    compact = json.dumps(members, separators=(",", ":"))
    assert size(json.dumps(members, indent=4)) == size(json.dumps(members)) == len(compact)
