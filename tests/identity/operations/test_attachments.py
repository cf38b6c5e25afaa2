"""Attach…Policy, Detach…Policy and ListAttached…Policies of users, groups and roles alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from identity.models import Group, ManagedPolicy, PolicyUsage, Role, User
from tests.factories import make_group, make_managed_policy, make_role, make_user
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
SHIPPED = "arn:aws:iam::aws:policy/IAMFullAccess"


@dataclass
class On:
    """The three verbs for one kind of holder, which is called `dev`."""

    client: Any
    kind: str
    name: str = "dev"

    @property
    def holder(self) -> dict[str, str]:
        return {f"{self.kind.title()}Name": self.name}

    def attach(self, arn: str) -> None:
        getattr(self.client, f"attach_{self.kind}_policy")(**self.holder, PolicyArn=arn)

    def detach(self, arn: str) -> None:
        getattr(self.client, f"detach_{self.kind}_policy")(**self.holder, PolicyArn=arn)

    def listed(self, **asked: Any) -> list[str]:
        pages = self.client.get_paginator(f"list_attached_{self.kind}_policies").paginate(
            **self.holder, **asked
        )
        return [one["PolicyName"] for page in pages for one in page["AttachedPolicies"]]


MAKE: dict[str, Callable[..., User | Group | Role]] = {
    "user": make_user,
    "group": make_group,
    "role": make_role,
}


@pytest.fixture(params=["user", "group", "role"])
def on(request: pytest.FixtureRequest, iam: Any, ana: User) -> On:
    MAKE[request.param](ana.account, "dev")
    return On(iam(ana), request.param)


def count(policy: ManagedPolicy) -> int:
    return sum(PolicyUsage.objects.filter(policy=policy).values_list("attachment_count", flat=True))


def test_attaching_twice_is_attaching_once(on: On, ana: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    on.attach(policy.arn)
    on.attach(policy.arn)
    assert on.listed() == ["p"]
    assert count(policy) == 1
    on.detach(policy.arn)
    assert on.listed() == []
    assert count(policy) == 0


def test_what_is_not_attached_cannot_be_detached(on: On, ana: User) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    for arn in (policy.arn, SHIPPED, f"{policy.arn}x"):
        with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
            on.detach(arn)
    assert not PolicyUsage.objects.filter(account=ana.account).exists()


def test_ten_policies_are_the_most(on: On, ana: User) -> None:
    policies = [make_managed_policy(ana.account, f"p{n}", READ) for n in range(11)]
    for policy in policies[:10]:
        on.attach(policy.arn)
    word = f"Policies Per {on.kind.title()}".replace(" ", "")
    with refused("LimitExceeded", f"Cannot exceed quota for {word}: 10", 409):
        on.attach(policies[10].arn)
    on.attach(policies[0].arn)
    on.detach(policies[0].arn)
    on.attach(policies[10].arn)
    quotas = on.client.get_account_summary()["SummaryMap"]
    assert quotas[f"AttachedPoliciesPer{on.kind.title()}Quota"] == 10


def test_a_list_has_pages_paths_and_arns(on: On, ana: User) -> None:
    for name, path in (("b", "/"), ("A", "/eng/"), ("AdministratorAccess", "/eng/x/")):
        on.attach(make_managed_policy(ana.account, name, READ, path=path).arn)
    on.attach("arn:aws:iam::aws:policy/AdministratorAccess")
    every = ["A", "AdministratorAccess", "AdministratorAccess", "b"]
    assert on.listed(PaginationConfig={"PageSize": 1}) == every
    assert on.listed(PathPrefix="/eng/") == ["A", "AdministratorAccess"]
    first = getattr(on.client, f"list_attached_{on.kind}_policies")(**on.holder)
    assert first["AttachedPolicies"][0] == {
        "PolicyName": "A",
        "PolicyArn": f"arn:aws:iam::{ana.account_id}:policy/eng/A",
    }


def test_what_the_account_does_not_see_is_not_attachable(on: On, ana: User, cleo: User) -> None:
    theirs = make_managed_policy(cleo.account, "theirs", READ)
    absent = f"arn:aws:iam::{ana.account_id}:policy/absent"
    retired = make_managed_policy(ana.account, "retired", READ)
    ManagedPolicy.objects.filter(pk=retired.pk).update(is_attachable=False)
    for arn in (theirs.arn, absent, retired.arn, "arn:aws:iam::aws:policy/Absent"):
        message = f"Policy {arn} does not exist or is not attachable."
        with refused("NoSuchEntity", message, 404):
            on.attach(arn)


def test_what_is_no_arn_of_a_policy_is_said_to_be_none(on: On) -> None:
    arn = "arn:aws:s3:::some-long-bucket"
    for verb in (on.attach, on.detach):
        with refused("InvalidInput", f"ARN {arn} is not valid.", 400):
            verb(arn)


def test_the_policy_of_a_service_is_for_its_own_role(on: On) -> None:
    make_managed_policy(None, "ItsPolicy", READ, path="/aws-service-role/")
    message = "Cannot attach a Service Role Policy to a Customer Role."
    with refused("PolicyNotAttachable", message, 400):
        on.attach("arn:aws:iam::aws:policy/aws-service-role/ItsPolicy")


@pytest.mark.parametrize("name", ["absent", "theirs"])
def test_a_holder_that_is_not_there_cannot_be_found(on: On, cleo: User, name: str) -> None:
    MAKE[on.kind](cleo.account, "theirs")
    other = On(on.client, on.kind, name)
    missing = f"The {on.kind} with name {name} cannot be found."
    for verb in (other.attach, other.detach, lambda _: other.listed()):
        with refused("NoSuchEntity", missing, 404):
            verb(SHIPPED)


def test_a_holder_is_found_whatever_the_case(on: On) -> None:
    On(on.client, on.kind, "DEV").attach(SHIPPED)
    assert on.listed() == ["IAMFullAccess"]


def test_only_its_service_changes_a_service_linked_role(iam: Any, ana: User) -> None:
    make_role(ana.account, "ItsRole", path="/aws-service-role/its.amazonaws.com/")
    own = On(iam(ana), "role", "ItsRole")
    message = (
        "Cannot perform the operation on the protected role 'ItsRole' - "
        "this role is only modifiable by AWS"
    )
    for verb in (own.attach, own.detach):
        with refused("UnmodifiableEntity", message, 400):
            verb(SHIPPED)
    assert own.listed() == []


def test_the_policies_of_a_group_count(iam: Any, ana: User, ben: User) -> None:
    make_group(ana.account, "dev", ben)
    policy = make_managed_policy(ana.account, "p", READ)
    admin, client = iam(ana), iam(ben)
    with refused("AccessDenied", status=403):
        client.get_user()
    admin.attach_group_policy(GroupName="dev", PolicyArn=policy.arn)
    client.get_user()
    admin.detach_group_policy(GroupName="dev", PolicyArn=policy.arn)
    with refused("AccessDenied", status=403):
        client.get_user()


def test_an_attached_policy_grants_at_once_and_no_longer_than_it_is_attached(
    iam: Any, ana: User, ben: User
) -> None:
    policy = make_managed_policy(ana.account, "p", READ)
    admin, client = iam(ana), iam(ben)
    admin.attach_user_policy(UserName="ben", PolicyArn=policy.arn)
    client.get_user()
    admin.detach_user_policy(UserName="ben", PolicyArn=policy.arn)
    with refused("AccessDenied", status=403):
        client.get_user()
