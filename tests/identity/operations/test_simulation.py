"""The policy simulator: whose policies count, and that it tells what really happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from identity.models import Account, User
from tests.factories import (
    attach,
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
)
from tests.identity.operations.simulating import (
    ALLOW_ALL,
    DENY_ALL,
    allow,
    entry,
    sources,
)
from tests.refusals import refused

# --- the law: what is simulated is what happens ---------------------------------------------------

SELF = "arn:aws:iam::*:user/${aws:username}"
OWN_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
RED = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
CALLS: list[tuple[str, Callable[[Any, User], Any]]] = [
    ("GetUser", lambda client, ben: client.get_user(UserName=ben.name)),
    ("ListUserTags", lambda client, ben: client.list_user_tags(UserName=ben.name)),
    ("ListAccessKeys", lambda client, ben: client.list_access_keys(UserName=ben.name)),
]


@pytest.mark.parametrize(
    ("own", "of_group", "boundary"),
    [
        ([], [], None),
        ([allow("iam:*")], [], None),
        ([allow("iam:Get*", "iam:ListUserTags", on=SELF)], [], None),
        ([allow("iam:*", on="arn:aws:iam::*:user/other")], [], None),
        ([], [allow("iam:List*")], None),
        ([allow("iam:*")], [{**DENY_ALL, "Action": "iam:List*"}], None),
        ([allow("iam:*")], [], [allow("iam:GetUser")]),
        ([allow("iam:*")], [], [ALLOW_ALL, {**DENY_ALL, "Action": "iam:GetUser"}]),
        ([allow("iam:*", Condition=RED)], [], None),
        ([allow("iam:*"), {**DENY_ALL, "Condition": RED}], [], None),
        ([allow("iam:*", Condition={"StringEquals": {"aws:username": "BEN"}})], [], None),
        ([allow("iam:*", Condition={"StringLike": {"aws:userid": "AIDA*"}})], [], None),
        ([allow("iam:*", Condition={"StringEquals": {"aws:PrincipalType": "User"}})], [], None),
        ([allow("iam:*", Condition={"Null": {"aws:MultiFactorAuthAge": "false"}})], [], None),
        ([allow("iam:*", Condition={"Bool": {"aws:ViaAWSService": "true"}})], [], None),
        ([allow("iam:*", Condition={"Bool": {"aws:PrincipalIsAWSService": "false"}})], [], None),
        ([allow("iam:*", Condition=OWN_ACCOUNT)], [], None),
        ([allow("iam:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2020"}})], [], None),
        ([allow("iam:*", Condition={"IpAddress": {"aws:SourceIp": "127.0.0.1"}})], [], None),
    ],
)
def test_what_is_simulated_is_what_happens(
    simulate: Any,
    iam: Any,
    account: Account,
    ben: User,
    own: list[Any],
    of_group: list[Any],
    boundary: list[Any] | None,
) -> None:
    ben.tags.create(key="team", key_folded="team", value="red")
    if own:
        make_policy(ben, "own", own)
    if of_group:
        make_policy(make_group(account, "staff", ben), "shared", of_group)
    if boundary:
        ben.boundary = make_managed_policy(account, "limit", boundary)
        ben.save()
    client = iam(ben)
    for name, call in CALLS:
        result = simulate(
            source=ben,
            action=f"iam:{name}",
            ResourceArns=[ben.arn],
            ContextEntries=[entry("aws:SourceIp", "ip", "127.0.0.1")],
        )
        assert (result["EvalDecision"] == "allowed") is _is_allowed(call, client, ben), name
        assert result["MissingContextValues"] in ([], ["aws:MultiFactorAuthAge"])


def _is_allowed(call: Callable[[Any, User], Any], client: Any, ben: User) -> bool:
    try:
        call(client, ben)
    except client.exceptions.ClientError:
        return False
    return True


# --- whose policies -------------------------------------------------------------------------------


def test_a_users_policies_are_those_of_the_groups_too_under_the_names_people_know(
    simulate: Any, account: Account, ben: User
) -> None:
    managed = make_managed_policy(account, "Managed", [ALLOW_ALL], path="/team/")
    group = make_group(account, "staff", ben)
    make_policy(ben, "own", [ALLOW_ALL])
    make_policy(group, "shared", [ALLOW_ALL])
    attach(ben, managed)
    attach(group, managed)
    result = simulate(ALLOW_ALL, source=ben)
    assert sorted(sources(result)) == [
        ("Managed", "IAM Policy"),
        ("PolicyInputList.1", "IAM Policy"),
        ("group_staff_shared", "IAM Policy"),
        ("user_ben_own", "IAM Policy"),
    ]


def test_a_group_and_a_role_can_be_simulated(simulate: Any, account: Account) -> None:
    group = make_group(account, "staff", path="/a/")
    make_policy(group, "shared", [ALLOW_ALL])
    role = make_role(account, "Ops", allow=["s3:*"], path="/b/")
    attach(group, make_managed_policy(None, "Shipped", [ALLOW_ALL]))
    assert sources(simulate(source=group)) == [
        ("Shipped", "IAM Policy"),
        ("group_staff_shared", "IAM Policy"),
    ]
    assert sources(simulate(source=role)) == [("role_Ops_test", "IAM Policy")]
    assert simulate(source=role, action="iam:GetUser")["EvalDecision"] == "implicitDeny"


def test_a_role_asks_as_one_of_its_sessions(simulate: Any, account: Account) -> None:
    role = make_role(account, "Ops", path="/b/")
    role.tags = [{"Key": "team", "Value": "red"}]
    role.save()
    for key, value in [
        ("aws:PrincipalArn", role.arn),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:userid", f"{role.unique_id}:*"),
        ("aws:PrincipalTag/team", "red"),
        ("aws:PrincipalAccount", account.id),
    ]:
        only = allow("*", Condition={"StringLike": {key: value}})
        assert simulate(only, source=role)["EvalDecision"] == "allowed", key
    named = allow("*", Condition={"Null": {"aws:username": "false"}})
    assert simulate(named, source=role)["MissingContextValues"] == ["aws:username"]


def test_the_entity_is_found_by_its_name_and_authorised_on_its_real_path(
    iam: Any, account: Account
) -> None:
    boss = make_user(account, "boss", allow=["s3:*"], path="/top/")
    simulating = "iam:SimulatePrincipalPolicy"
    dev = make_user(account, "dev", allow=[allow(simulating, on="arn:aws:iam::*:user/dev/*")])
    wrong = f"arn:aws:iam::{account.id}:user/dev/boss"
    with refused("AccessDenied"):
        iam(dev).simulate_principal_policy(PolicySourceArn=wrong, ActionNames=["s3:GetObject"])
    make_policy(dev, "more", [allow(simulating, on=boss.arn)])
    found = iam(dev).simulate_principal_policy(PolicySourceArn=wrong, ActionNames=["s3:GetObject"])
    assert found["EvaluationResults"][0]["EvalDecision"] == "allowed"


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_who_is_not_there_cannot_be_simulated(iam: Any, ana: User, kind: str) -> None:
    message = f"The {kind} with name cleo cannot be found."
    arn = f"arn:aws:iam::{ana.account_id}:{kind}/cleo"
    with refused("NoSuchEntity", message, 404):
        iam(ana).simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:Get"])
    with refused("NoSuchEntity", message, 404):
        iam(ana).get_context_keys_for_principal_policy(PolicySourceArn=arn)


def test_nobody_of_another_account_can_be_simulated(iam: Any, ana: User, cleo: User) -> None:
    with refused("AccessDenied", status=403):
        iam(ana).simulate_principal_policy(PolicySourceArn=cleo.arn, ActionNames=["s3:Get"])
    with refused("AccessDenied", status=403):
        iam(ana.account.root).get_context_keys_for_principal_policy(PolicySourceArn=cleo.arn)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::ACCOUNT:root",
        "arn:aws:sts::ACCOUNT:assumed-role/Ops/s",
        "arn:aws:iam::ACCOUNT:policy/ana",
        "arn:aws:iam::ACCOUNT:user/",
        "arn:aws:iam::ACCOUNT:user/a//b\n",
        "user/ana/user/ana/user/ana",
    ],
)
def test_what_is_no_user_group_or_role_is_refused(iam: Any, ana: User, arn: str) -> None:
    arn = arn.replace("ACCOUNT", ana.account_id)
    message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
    with refused("InvalidInput", message, 400):
        iam(ana).simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:Get"])


def test_simulations_need_permissions_of_their_own(iam: Any, ana: User, ben: User) -> None:
    client = iam(ben)
    document = make_document([ALLOW_ALL])
    with refused("AccessDenied", status=403):
        client.simulate_principal_policy(PolicySourceArn=ben.arn, ActionNames=["a:b"])
    with refused("AccessDenied", status=403):
        client.simulate_custom_policy(PolicyInputList=[document], ActionNames=["a:b"])
    with refused("AccessDenied", status=403):
        client.get_context_keys_for_custom_policy(PolicyInputList=[document])
    with refused("AccessDenied", status=403):
        client.get_context_keys_for_principal_policy(PolicySourceArn=ben.arn)
    own = allow("iam:SimulatePrincipalPolicy", on=SELF)
    make_policy(ben, "self", [own])
    client.simulate_principal_policy(PolicySourceArn=ben.arn, ActionNames=["a:b"])
    with refused("AccessDenied", status=403):
        client.simulate_principal_policy(PolicySourceArn=ana.arn, ActionNames=["a:b"])
