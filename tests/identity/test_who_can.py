"""Who can do something, by which way; and which few permissions lead to all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from identity import escalation, who_can
from identity.facts import Facts
from identity.models import Account, User
from identity.who_can import By
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)


def allow(*actions: str, on: str = "*", **more: Any) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions), "Resource": on, **more}]


def ways(account: Account, action: str, resource: str = "*") -> dict[str, who_can.Way]:
    found = who_can.find(account, Facts(), action, resource, lambda: None)
    return {way.who.name: way for way in found}


def service_trust(service: str) -> str:
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [trusted]})


def test_directly_and_by_a_group(account: Account) -> None:
    make_user(account, "own", allow=["s3:GetObject"])
    make_group_policy = make_group(account, "readers", make_user(account, "member"))
    attach(make_group_policy, make_managed_policy(account, "Read", allow("s3:Get*")))
    make_user(account, "nobody", allow=["s3:PutObject"])
    found = ways(account, "s3:GetObject", "arn:aws:s3:::box/key")
    assert set(found) == {"own", "member"}
    assert found["own"].by is By.OWN
    assert (found["member"].by, found["member"].through) == (By.GROUP, ("readers",))
    assert found["member"].policy.endswith("policy/Read")


def test_a_deny_and_a_boundary_count(account: Account) -> None:
    denied = make_user(account, "denied", allow=ADMINISTRATOR)
    make_policy(denied, "no", [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}])
    bounded = make_user(account, "bounded", allow=ADMINISTRATOR)
    bounded.boundary = make_managed_policy(account, "Edge", allow("iam:Get*"))
    bounded.save()
    assert set(ways(account, "s3:GetObject")) == set()
    assert set(ways(account, "iam:GetUser")) == {"denied", "bounded"}


def test_what_takes_mfa_is_said_to(account: Account) -> None:
    careful = make_user(account, "careful")
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    make_policy(careful, "mfa", allow("iam:DeleteUser", Condition=with_mfa))
    assert ways(account, "iam:DeleteUser")["careful"].with_mfa


def test_roles_lead_to_roles(account: Account) -> None:
    """pat assumes front, front assumes back, back may."""
    back = make_role(account, "back", allow=["s3:GetObject"])
    front = make_role(account, "front")
    make_policy(front, "on", allow("sts:AssumeRole", on=back.arn))
    pat = make_user(account, "pat")
    make_policy(pat, "in", allow("sts:AssumeRole", on=front.arn))
    found = ways(account, "s3:GetObject")
    assert (found["pat"].by, found["pat"].through) == (By.CHAIN, ("front", "back"))
    assert (found["front"].by, found["front"].through) == (By.CHAIN, ("back",))
    assert found["back"].by is By.OWN


def test_a_trust_policy_that_names_somebody_is_enough(account: Account) -> None:
    eve = make_user(account, "eve")
    make_role(account, "vault", trust=trusting(eve.unique_id), allow=["s3:GetObject"])
    assert ways(account, "s3:GetObject")["eve"].through == ("vault",)


def test_a_role_that_does_not_trust_the_account_is_no_way(account: Account) -> None:
    make_role(account, "far", trust=service_trust("ec2.amazonaws.com"), allow=["s3:GetObject"])
    make_user(account, "pat", allow=["sts:AssumeRole"])
    assert set(ways(account, "s3:GetObject")) == {"far"}


def test_passing_a_role_to_a_service_that_is_started_is_a_way(account: Account) -> None:
    make_role(account, "box", trust=service_trust("ec2.amazonaws.com"), allow=["s3:GetObject"])
    make_user(account, "starter", allow=["iam:PassRole", "ec2:RunInstances"])
    make_user(account, "passer", allow=["iam:PassRole"])
    found = ways(account, "s3:GetObject")
    assert (found["starter"].by, found["starter"].service) == (By.PASS, "ec2.amazonaws.com")
    assert "passer" not in found


def test_nobody_of_another_account_is_asked(account: Account, cleo: User) -> None:
    assert ways(account, "s3:GetObject") == {}


# --- escalation --------------------------------------------------------------------------------


def paths(account: Account) -> set[tuple[str, str]]:
    found = escalation.find(account, Facts(), lambda: None)
    return {(one.who.name, one.action) for one in found}


@pytest.mark.parametrize(
    "action",
    [
        *("iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup"),
        *("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"),
        *("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
    ],
)
def test_each_known_path_is_found(account: Account, ana: User, action: str) -> None:
    attach(make_group(account, "admins"), make_managed_policy(account, "All", ADMINISTRATOR))
    attach(make_role(account, "boss"), make_managed_policy(account, "Most", ADMINISTRATOR))
    make_user(account, "bob", allow=[action])
    make_user(account, "reader", allow=["iam:Get*", "iam:List*"])
    assert paths(account) == {("bob", action)}


def test_who_may_rewrite_or_turn_back_an_own_policy_climbs(account: Account, ana: User) -> None:
    bob = make_user(account, "bob")
    small = make_managed_policy(account, "Small", allow("iam:CreatePolicyVersion"))
    attach(bob, small)
    assert paths(account) == {("bob", "iam:CreatePolicyVersion")}
    older = make_managed_policy(account, "Older", allow("iam:SetDefaultPolicyVersion"))
    older.versions.create(document=older.default_version.document, number=2)  # type: ignore[union-attr]
    attach(make_user(account, "eve"), older)
    assert ("eve", "iam:SetDefaultPolicyVersion") in paths(account)


def test_passing_an_administrators_role_climbs(account: Account) -> None:
    boss = make_role(account, "boss", trust=service_trust("lambda.amazonaws.com"))
    make_policy(boss, "all", ADMINISTRATOR)
    lambdas = ["lambda:CreateFunction", "lambda:InvokeFunction"]
    make_user(account, "bob", allow=["iam:PassRole", *lambdas])
    make_user(account, "half", allow=["iam:PassRole", lambdas[0]])
    assert paths(account) == {("bob", "iam:PassRole")}


def test_own_keys_and_other_peoples_small_rights_are_no_path(account: Account, ana: User) -> None:
    own = make_user(account, "own")
    make_policy(own, "keys", allow("iam:CreateAccessKey", on=own.arn))
    assert paths(account) == set()
