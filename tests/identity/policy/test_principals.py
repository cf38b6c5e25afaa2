"""Principals: which names mean whom, which of them a Deny spares, and how they may be spelled."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import Kind, Naming, parse
from identity.policy.principals import (
    ANONYMOUS,
    EVERYONE,
    Principal,
    federated,
    federated_user,
    role_session,
    root,
    service,
    user,
)
from tests.identity.policy.builders import SYNTAX, refusal, statement, text

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANA_ARN = f"arn:aws:iam::{ACCOUNT}:user/staff/ana"
ANA_ID = "AIDAANAANAANAANAANA2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/jobs/deploy"
ROLE_ID = "AROADEPLOYDEPLOYDEPL"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"
GUEST = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"

ANA = user(ANA_ARN, ANA_ID)
CI = role_session(SESSION, ROLE, ROLE_ID)
GUEST_OF_ANA = federated_user(GUEST, ANA_ARN, ANA_ID)
GUEST_OF_ROOT = federated_user(GUEST)
ACCOUNT_ROOT = root(ACCOUNT, canonical_id="c" * 64)
ROOT_IN_CHINA = root(ACCOUNT, partition="aws-cn")
EC2 = service("ec2.amazonaws.com")
VOUCHED = federated(PROVIDER)


@pytest.mark.parametrize(
    ("who", "kind", "name", "naming"),
    [
        (ANA, "AWS", ANA_ARN, Naming.SELF),
        (ANA, "AWS", ANA_ID, Naming.SELF),
        (ANA, "AWS", ROOT, Naming.ACCOUNT),
        (ANA, "AWS", ACCOUNT, Naming.ACCOUNT),
        (ANA, "AWS", "*", Naming.SELF),
        (ANA, "AWS", f"arn:aws:iam::{ACCOUNT}:user/ana", Naming.NONE),
        (ANA, "AWS", ANA_ARN.upper(), Naming.NONE),
        (ANA, "AWS", f"arn:aws:iam::{ACCOUNT}:user/staff/*", Naming.NONE),
        (ANA, "AWS", "arn:aws-cn:iam::111122223333:root", Naming.NONE),
        (ANA, "AWS", "444455556666", Naming.NONE),
        (ANA, "Service", ANA_ARN, Naming.NONE),
        (CI, "AWS", SESSION, Naming.SELF),
        (CI, "AWS", ROLE, Naming.OWNER),
        (CI, "AWS", ROLE_ID, Naming.OWNER),
        (CI, "AWS", ROOT, Naming.ACCOUNT),
        (CI, "AWS", "*", Naming.SELF),
        (CI, "AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/other", Naming.NONE),
        (CI, "AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/*", Naming.NONE),
        (GUEST_OF_ANA, "AWS", GUEST, Naming.SELF),
        (GUEST_OF_ANA, "AWS", ANA_ARN, Naming.OWNER),
        (GUEST_OF_ANA, "AWS", ANA_ID, Naming.OWNER),
        (GUEST_OF_ROOT, "AWS", ANA_ARN, Naming.NONE),
        (GUEST_OF_ROOT, "AWS", GUEST, Naming.SELF),
        (GUEST_OF_ROOT, "AWS", ACCOUNT, Naming.ACCOUNT),
        (ACCOUNT_ROOT, "AWS", ROOT, Naming.ACCOUNT),
        (ACCOUNT_ROOT, "CanonicalUser", "c" * 64, Naming.ACCOUNT),
        (ACCOUNT_ROOT, "CanonicalUser", "d" * 64, Naming.NONE),
        (
            root(ACCOUNT, partition="aws-cn"),
            "AWS",
            f"arn:aws-cn:iam::{ACCOUNT}:root",
            Naming.ACCOUNT,
        ),
        (EC2, "Service", "ec2.amazonaws.com", Naming.SELF),
        (EC2, "Service", "ecs.amazonaws.com", Naming.NONE),
        (EC2, "AWS", "*", Naming.NONE),
        (VOUCHED, "Federated", PROVIDER, Naming.SELF),
        (VOUCHED, "AWS", "*", Naming.NONE),
        (ANONYMOUS, "AWS", "*", Naming.SELF),
        (ANONYMOUS, "AWS", "", Naming.NONE),
    ],
)
def test_a_name_means_a_principal(who: Principal, kind: str, name: str, naming: Naming) -> None:
    assert who.naming([(kind, name)]) is naming
    assert who.is_denied([(kind, name)]) is (naming is not Naming.NONE or name == "*")


def test_the_strongest_of_several_names_counts() -> None:
    names = [("AWS", ROOT), ("AWS", SESSION), ("AWS", ROLE)]
    assert CI.naming(names) is Naming.SELF
    assert CI.naming(names[:1]) is Naming.ACCOUNT
    assert CI.naming([names[0], names[2]]) is Naming.OWNER
    assert CI.naming([]) is Naming.NONE


@pytest.mark.parametrize("who", [ANA, CI, GUEST_OF_ANA, ACCOUNT_ROOT, EC2, VOUCHED, ANONYMOUS])
def test_a_deny_to_everyone_means_everyone(who: Principal) -> None:
    assert who.is_denied([EVERYONE])
    assert who.is_excepted([EVERYONE])
    assert not who.is_excepted([])


@pytest.mark.parametrize(
    ("who", "levels"),
    [
        (ANA, [ROOT, ANA_ARN]),
        (ANA, [ACCOUNT, ANA_ID]),
        (CI, [ROOT, ROLE, SESSION]),
        (CI, [ACCOUNT, ROLE_ID, SESSION]),
        (GUEST_OF_ANA, [ROOT, ANA_ARN, GUEST]),
        (GUEST_OF_ROOT, [ROOT, GUEST]),
        (ACCOUNT_ROOT, [ROOT]),
    ],
)
def test_who_is_to_be_spared_is_listed_at_every_level(who: Principal, levels: list[str]) -> None:
    listed = [("AWS", name) for name in levels]
    assert who.is_excepted([*listed, ("AWS", "444455556666")])
    for left_out in listed:
        assert not who.is_excepted([name for name in listed if name != left_out])


def test_outsiders_are_spared_by_their_one_name() -> None:
    assert EC2.is_excepted([("Service", "ec2.amazonaws.com")])
    assert not EC2.is_excepted([("Service", "ecs.amazonaws.com")])
    assert not ANONYMOUS.is_excepted([("AWS", ROOT)])


RIGHT = [
    *[("AWS", name) for name in ("*", ACCOUNT, ROOT, ANA_ARN, ROLE, SESSION, GUEST)],
    *[("AWS", name) for name in (ANA_ID, ROLE_ID, f"arn:aws-us-gov:iam::{ACCOUNT}:user/a")],
    ("AWS", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ec2.amazonaws.com/Ec2+=,.@-_x"),
    ("Federated", PROVIDER),
    ("Federated", f"arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com/tenant"),
    ("Federated", "accounts.google.com"),
    ("Service", "ec2.amazonaws.com"),
    ("Service", "logs.eu-west-1.amazonaws.com"),
    ("Service", "ec2.amazonaws.com.cn"),
]
WRONG = [
    ("AWS", ""),
    ("AWS", "ana"),
    ("AWS", "11112222333"),
    ("AWS", "\u0661" * 12),
    ("AWS", f"arn:aws:iam::{ACCOUNT}:user/*"),
    ("AWS", f"arn:aws:iam::{ACCOUNT}:user/"),
    ("AWS", f"arn:aws:iam::{ACCOUNT}:group/staff"),
    ("AWS", f"arn:aws:iam:us-east-1:{ACCOUNT}:root"),
    ("AWS", "arn:aws:iam::*:root"),
    ("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy"),
    ("AWS", f"{ROOT}\n"),
    ("AWS", "AGPAGROUPGROUPGROUP2"),
    ("Federated", "*"),
    ("Federated", "idp.example.com"),
    ("Federated", "https://accounts.google.com"),
    ("Service", "*"),
    ("Service", "ec2"),
    ("Service", "amazonaws.com"),
    ("Service", "ec2.amazonaws.com.evil.example"),
    ("CanonicalUser", "c" * 63),
]


@pytest.mark.parametrize("named", RIGHT)
@pytest.mark.parametrize("kind", [Kind.TRUST, Kind.RESOURCE])
def test_a_name_is_read_alone_and_in_a_list(kind: Kind, named: tuple[str, str]) -> None:
    for value in (named[1], [named[1]]):
        condition = {"StringEquals": {"accounts.google.com:aud": "a"}}
        one = statement(Principal={named[0]: value}, Action="sts:AssumeRole*", Condition=condition)
        if kind is Kind.TRUST:
            del one["Resource"]
        assert parse(text(one), kind).statements[0].principals == (named,)


@pytest.mark.parametrize(("kind", "name"), WRONG)
def test_a_name_that_nobody_can_have_is_refused(kind: str, name: str) -> None:
    trust = {"Effect": "Allow", "Principal": {kind: [name]}, "Action": "sts:AssumeRole"}
    message = f'Invalid principal in policy: "{kind}":"{name}"'
    assert refusal(text(trust), Kind.TRUST) == message
    assert refusal(text(trust | {"Resource": "*"}), Kind.RESOURCE) == message


def test_a_resource_policy_may_name_everyone_and_all_but_some() -> None:
    everyone = parse(text(statement(Principal="*")), Kind.RESOURCE)
    assert everyone == parse(text(statement(Principal={"AWS": "*"})), Kind.RESOURCE)
    spared = parse(text(statement("Deny", NotPrincipal={"AWS": [ROOT, ANA_ARN]})), Kind.RESOURCE)
    assert spared.statements[0].not_principals == (("AWS", ROOT), ("AWS", ANA_ARN))
    assert spared.statements[0].principals == ()


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ({}, "Missing required field Principal"),
        ({"Principal": {}}, "Missing required field Principal cannot be empty!"),
        ({"Principal": {"AWS": []}}, "Missing required field Principal cannot be empty!"),
        ({"NotPrincipal": {"AWS": ROOT}}, "Allow with NotPrincipal is not allowed."),
        ({"Principal": "*", "NotPrincipal": "*"}, SYNTAX),
        ({"Principal": {"Aws": "*"}}, SYNTAX),
        ({"Principal": {"Group": "*"}}, SYNTAX),
        ({"Principal": ["*"]}, SYNTAX),
        ({"Principal": ROOT}, SYNTAX),
        ({"Principal": {"AWS": 111122223333}}, SYNTAX),
        ({"Principal": {"AWS": {"*": "*"}}}, SYNTAX),
        ({"Principal": None}, SYNTAX),
    ],
)
def test_a_resource_policy_says_whom_it_means(element: dict[str, Any], message: str) -> None:
    assert refusal(text(statement(**element)), Kind.RESOURCE) == message
