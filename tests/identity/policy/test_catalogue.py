from __future__ import annotations

import pytest

from identity.policy.catalogue import Action, Catalogue, ConditionKey, ResourceType, Service
from tests.bounded import processor_seconds

USER = ResourceType("user", "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}")
NAMES = ("GetUser", "GetUserPolicy", "CreateUser", "ListUsers")
BRANCH = "token.actions.${Domain}.ghe.com:ref"


def a_service(prefix: str, *names: str, **keys: ConditionKey) -> Service:
    actions = {name.lower(): Action(name, "Read", (("user", True),)) for name in names}
    return Service(prefix, prefix.upper(), actions, {"user": USER}, keys)


@pytest.fixture
def small() -> Catalogue:
    iam = a_service("iam", *NAMES, **{"iam:policyarn": ConditionKey("iam:PolicyARN", "ARN")})
    sts = a_service("sts", "AssumeRole", **{BRANCH.lower(): ConditionKey(BRANCH, "String")})
    tag = ConditionKey("aws:PrincipalTag/${TagKey}", "String")
    return Catalogue({"iam": iam, "sts": sts}, {"aws:principaltag/${tagkey}": tag})


@pytest.mark.parametrize("name", ["iam:GetUser", "IAM:getuser", "iam:GETUSER"])
def test_an_action_is_found_in_whatever_case(small: Catalogue, name: str) -> None:
    found = small.action(name)
    assert found
    assert found.name == "GetUser"


@pytest.mark.parametrize(
    "name",
    ["", ":", "iam", "iam:", "GetUser", "iam:GetUsr", "sts:GetUser", "iam:Get*", "iam:GetUser:x"],
)
def test_what_is_no_action_is_not_found(small: Catalogue, name: str) -> None:
    assert small.action(name) is None


def test_a_letter_that_only_looks_like_a_k_is_another_letter() -> None:
    known = Catalogue({"ok": a_service("ok", "Kill")}, {})
    assert known.action("ok:kill")
    assert known.action("ok:\N{KELVIN SIGN}ill") is None


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("iam:GetUser", ["iam:GetUser"]),
        ("IAM:get*", ["iam:GetUser", "iam:GetUserPolicy"]),
        ("iam:???????", ["iam:GetUser"]),
        ("*:AssumeRole", ["sts:AssumeRole"]),
        ("*", [*(f"iam:{name}" for name in NAMES), "sts:AssumeRole"]),
        ("iam:Gte*", []),
        ("s3:*", []),
        ("AssumeRole", []),
        ("", []),
    ],
)
def test_a_pattern_stands_for_the_actions_that_it_matches(
    small: Catalogue, pattern: str, found: list[str]
) -> None:
    assert list(small.matching(pattern)) == found


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("iam:GetUsr", "iam:GetUser"),
        ("iam:listuser", "iam:ListUsers"),
        ("iem:GetUser", "iam:GetUser"),
        ("sts:AsumeRole", "sts:AssumeRole"),
        ("iam:GetUser", "iam:GetUser"),
    ],
)
def test_a_slip_of_the_pen_is_recognised(small: Catalogue, misspelt: str, meant: str) -> None:
    assert small.nearest(misspelt) == meant


@pytest.mark.parametrize("name", ["iam:Fly", "cooking:GetUser", "GetUser", "", "iam:", ":GetUser"])
def test_what_is_far_from_everything_is_nearest_to_nothing(small: Catalogue, name: str) -> None:
    assert small.nearest(name) is None


@pytest.mark.parametrize("name", ["iam:" + "GetUser" * 100_000, "x" * 1_000_000 + ":GetUser"])
def test_a_name_longer_than_any_is_not_compared(small: Catalogue, name: str) -> None:
    with processor_seconds(2):
        assert small.nearest(name) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("iam:PolicyARN", "iam:PolicyARN"),
        ("iam:policyarn", "iam:PolicyARN"),
        ("aws:PrincipalTag/team", "aws:PrincipalTag/${TagKey}"),
        ("AWS:principaltag/a/b", "aws:PrincipalTag/${TagKey}"),
        ("token.actions.octo.ghe.com:ref", BRANCH),
    ],
)
def test_a_condition_key_is_found_by_its_name_or_its_template(
    small: Catalogue, name: str, meant: str
) -> None:
    found = small.condition_key(name)
    assert found
    assert found.name == meant


@pytest.mark.parametrize(
    "name",
    [
        *("", "aws:PrincipalTag", "aws:PrincipalTag/", "aws:Principal/team", "iam:PolicyARN/x"),
        *("token.actions..ghe.com:ref", "token.actions.octo.ghe.com:refs"),
        "aws:PrincipalTag/" + "x" * 1_000_000,
    ],
)
def test_an_unknown_condition_key_is_not_found(small: Catalogue, name: str) -> None:
    assert small.condition_key(name) is None


@pytest.mark.parametrize(
    ("arn", "fits"),
    [
        ("arn:aws:iam::111122223333:user/ana", True),
        ("arn:aws-cn:iam::111122223333:user/staff/ana", True),
        ("arn:aws:iam::111122223333:user/", False),
        ("arn:aws:iam::111122223333:group/ana", False),
        ("arn:aws:iam:::user/ana", False),
        ("*", False),
        ("", False),
    ],
)
def test_an_arn_fits_the_template_of_its_type(arn: str, fits: bool) -> None:
    assert USER.fits(arn) is fits


def test_no_arn_is_slow_to_compare_with_a_template() -> None:
    session = ResourceType("s", "arn:${Partition}:iam::${Account}:r/${Role}/${Session}:end")
    with processor_seconds(2):
        assert not session.fits("arn:" + ":iam::x" * 5_000 + ":r/" * 5_000)
