"""The constraints of the models, in AWS's words, and no secret among them."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest

from identity.errors import ValidationError
from identity.wire import spec, validate
from tests.bounded import processor_seconds


def check(action: str, params: dict[str, Any], service: str = "iam") -> None:
    validate.validate(spec.operation(service, action).input_shape, params)


def refusal(action: str, params: dict[str, Any], service: str = "iam") -> str:
    with pytest.raises(ValidationError) as caught:
        check(action, params, service)
    return caught.value.message


def one(problem: str) -> str:
    return f"1 validation error detected: {problem}"


NAME = (
    "The specified value for {} is invalid. "
    "It must contain only alphanumeric characters and/or the following: +=,.@_-"
)
PATH = (
    "The specified value for {} is invalid. It must begin and end with / and contain only "
    "alphanumeric characters and/or / characters."
)


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreateUser", {"UserName": "ana"}),
        ("CreateUser", {"UserName": "a" * 64, "Path": "/a/b/"}),
        ("CreateUser", {"UserName": "Ana+=,.@_-7", "Path": "/", "Tags": []}),
        ("GetUser", {}),
        ("GetAccountSummary", {}),
        ("ListUsers", {"MaxItems": 1, "PathPrefix": "/a"}),
        ("ListUsers", {"MaxItems": 1000, "Marker": "x" * 320}),
        ("TagUser", {"UserName": "ana", "Tags": [{"Key": "Größe 寸 ٣", "Value": ""}]}),
        ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": "{}\n\t", "Path": "/a.b/c@d/"}),
        ("CreateAccountAlias", {"AccountAlias": "our-company"}),
        ("UpdateAccessKey", {"AccessKeyId": "AKIA" + "A" * 16, "Status": "Inactive"}),
    ],
)
def test_what_the_model_allows_passes(action: str, params: dict[str, Any]) -> None:
    check(action, params)


@pytest.mark.parametrize(
    ("action", "params", "problem"),
    [
        (
            "CreateUser",
            {},
            "Value null at 'userName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "CreateUser",
            {"UserName": None},
            "Value null at 'userName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "CreateUser",
            {"UserName": "a" * 65},
            f"Value '{'a' * 65}' at 'userName' failed to satisfy constraint: "
            "Member must have length less than or equal to 64",
        ),
        (
            "CreateUser",
            {"UserName": ""},
            "Value '' at 'userName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "ListUsers",
            {"MaxItems": 0},
            "Value '0' at 'maxItems' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
        (
            "ListUsers",
            {"MaxItems": 1001},
            "Value '1001' at 'maxItems' failed to satisfy constraint: "
            "Member must have value less than or equal to 1000",
        ),
        (
            "UpdateAccessKey",
            {"AccessKeyId": "AKIA" + "A" * 16, "Status": "active"},
            "Value 'active' at 'status' failed to satisfy constraint: "
            "Member must satisfy enum value set: [Active, Inactive, Expired]",
        ),
        (
            "CreateAccountAlias",
            {"AccountAlias": "-bad"},
            "Value '-bad' at 'accountAlias' failed to satisfy constraint: Member must satisfy "
            r"regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
        ),
        (
            "TagUser",
            {"UserName": "ana", "Tags": [{"Key": "a" * 129, "Value": "b"}]},
            f"Value '{'a' * 129}' at 'tags.1.member.key' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
        ),
        (
            "TagUser",
            {"UserName": "ana", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}]},
            "Value null at 'tags.2.member.value' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "TagUser",
            {"UserName": "ana", "Tags": [None, {"Key": "a", "Value": "b"}]},
            "Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null",
        ),
        (
            "TagUser",
            {"UserName": "ana", "Tags": [{"Key": "a", "Value": "b"}] * 51},
            "Value at 'tags' failed to satisfy constraint: "
            "Member must have length less than or equal to 50",
        ),
    ],
)
def test_a_broken_constraint_is_named_with_its_place(
    action: str, params: dict[str, Any], problem: str
) -> None:
    assert refusal(action, params) == one(problem)


def test_several_failures_are_counted_and_joined() -> None:
    message = refusal("TagUser", {"UserName": "a" * 129})
    assert message == (
        "2 validation errors detected: Value null at 'tags' failed to satisfy constraint: "
        f"Member must not be null; Value '{'a' * 129}' at 'userName' failed to satisfy "
        "constraint: Member must have length less than or equal to 128"
    )


@pytest.mark.parametrize(
    ("action", "member", "value"),
    [
        ("CreateUser", "UserName", "an a"),
        ("CreateUser", "UserName", "ana\n"),
        ("CreateUser", "UserName", "änne"),
        ("CreateUser", "UserName", "\u202eana"),
        ("CreateUser", "UserName", "ana/ben"),
        ("CreateGroup", "GroupName", "a:b"),
        ("CreateRole", "RoleName", "a*b"),
        ("CreatePolicy", "PolicyName", "٣"),
    ],
)
def test_a_bad_name_has_a_sentence_of_its_own(action: str, member: str, value: str) -> None:
    required = {"AssumeRolePolicyDocument": "{}"} if action == "CreateRole" else {}
    if action == "CreatePolicy":
        required = {"PolicyDocument": "{}"}
    place = member[0].lower() + member[1:]
    assert refusal(action, {**required, member: value}) == NAME.format(place)


@pytest.mark.parametrize("path", ["a", "/a", "a/", "/a b/", "/é/", "/a/\n", "//\x7f/"])
def test_a_bad_path_has_a_sentence_of_its_own(path: str) -> None:
    assert refusal("CreateUser", {"UserName": "ana", "Path": path}) == PATH.format("path")


def test_a_bad_path_prefix_has_the_same_sentence() -> None:
    assert refusal("ListUsers", {"PathPrefix": "a"}) == PATH.format("pathPrefix")


def test_a_counted_failure_comes_before_a_sentence() -> None:
    message = refusal("CreateUser", {"UserName": "?" * 65})
    assert message.startswith("1 validation error detected: Value '????")
    assert "length" in message


def test_a_session_name_of_sts_is_told_its_expression() -> None:
    params = {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "a b"}
    assert refusal("AssumeRole", params, "sts") == one(
        "Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
    )


@pytest.mark.parametrize(
    ("service", "action", "params", "place"),
    [
        ("iam", "ChangePassword", {"OldPassword": "geheim\x01", "NewPassword": "x"}, "oldPassword"),
        ("iam", "CreateLoginProfile", {"UserName": "a", "Password": "geheim" * 100}, "password"),
        ("sts", "GetSessionToken", {"TokenCode": "geheim"}, "tokenCode"),
        (
            "iam",
            "EnableMFADevice",
            {"UserName": "a", "SerialNumber": "x" * 9, "AuthenticationCode1": "geheim"},
            "authenticationCode1",
        ),
    ],
)
def test_the_value_of_a_secret_is_not_repeated(
    service: str, action: str, params: dict[str, str], place: str
) -> None:
    message = refusal(action, params, service)
    assert f"Value at '{place}' failed to satisfy constraint" in message
    assert "geheim" not in message


def test_a_very_long_value_is_not_repeated() -> None:
    message = refusal("CreateUser", {"UserName": "a" * 100_000})
    assert message == one(
        "Value at 'userName' failed to satisfy constraint: "
        "Member must have length less than or equal to 64"
    )


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("GetUser", {"UsrName": "ana"}),
        ("GetAccountSummary", {"UsrName": "ana"}),
        ("TagUser", {"UserName": "a", "Tags": [{"Key": "a", "Value": "b", "UsrName": "c"}]}),
    ],
)
def test_a_parameter_that_the_model_lacks_is_refused(action: str, params: dict[str, Any]) -> None:
    assert refusal(action, params) == "The parameter UsrName is not recognized."


def test_a_map_is_bounded_and_its_keys_and_values_are_checked() -> None:
    long = {str(number): "x" for number in range(31)}
    properties = {"Properties": {"good": "x", "?": ""}}
    assert refusal("PutAccountProperties", properties) == (
        "2 validation errors detected: Value '?' at 'properties.2.key' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: ^[A-Za-z][A-Za-z0-9/_-]*$; "
        "Value '' at 'properties.2.value' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1"
    )
    message = refusal("AcquireRole", {"ReplacementValues": long})
    assert "Value at 'replacementValues'" in message
    assert "length less than or equal to 30" in message


def test_every_pattern_of_both_models_compiles_and_matches_whole_values() -> None:
    patterns = {
        shape.metadata["pattern"]
        for service in spec.SERVICES
        for shape in map(spec.model(service).shape_for, spec.model(service).shape_names)
        if "pattern" in shape.metadata
    }
    assert len(patterns) > 35
    for pattern in patterns:
        assert r"\p" not in validate.compiled(pattern).pattern
        assert not validate.compiled(pattern).fullmatch("\0")


def test_every_input_of_both_models_has_its_checks() -> None:
    for service in spec.SERVICES:
        for name in spec.model(service).operation_names:
            shape = spec.operation(service, name).input_shape
            if shape and shape.required_members:
                assert "Member must not be null" in refusal(name, {}, service)
            else:
                check(name, {}, service)


def test_tags_take_exactly_unicodes_letters_spaces_and_numbers() -> None:
    matches = validate.compiled(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*").fullmatch
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        allowed = unicodedata.category(character)[0] in "LZN" or character in "_.:/=+-@"
        assert bool(matches(character)) == allowed, hex(code)


def test_a_member_without_a_limit_is_not_repeated_without_end() -> None:
    names = [""] * 5000
    message = refusal("SimulateCustomPolicy", {"PolicyInputList": ["{}"], "ActionNames": names})
    assert message.startswith("100 validation errors detected: ")
    assert len(message) < 20_000


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": "{}", "Path": "/a" * 250 + "!"}),
        ("CreateAccountAlias", {"AccountAlias": "a-" * 31 + "!"}),
        ("ListPoliciesGrantingServiceAccess", {"Arn": "a" * 2048, "ServiceNamespaces": ["!" * 64]}),
    ],
)
def test_no_expression_can_be_made_slow(action: str, params: dict[str, Any]) -> None:
    with processor_seconds(10):
        refusal(action, params)
