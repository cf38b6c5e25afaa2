"""ListEntitiesForPolicy."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import ManagedPolicy, User
from tests.factories import attach, make_group, make_managed_policy, make_role, make_user
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
EVERYBODY = ["g1", "G2", "u-edge", "u1", "u2", "r-edge", "r1"]


@pytest.fixture
def policy(ana: User, cleo: User) -> ManagedPolicy:
    """A shipped policy: attached to all but `u-edge` and `r-edge`, whose boundary it is."""
    policy = make_managed_policy(None, "Everybodys", READ)
    account = ana.account
    for holder in (
        make_group(account, "g1"),
        make_group(account, "G2", path="/eng/"),
        make_user(account, "u1"),
        make_user(account, "u2", path="/eng/"),
        make_role(account, "r1", path="/eng/deep/"),
        cleo,
        make_role(cleo.account, "theirs"),
    ):
        attach(holder, policy)
    for bounded in (make_user(account, "u-edge"), make_role(account, "r-edge")):
        bounded.boundary = policy
        bounded.save()
    # Both at once is shown once.
    User.objects.filter(name="u1").update(boundary=policy)
    return policy


def entities(answer: Any) -> list[str]:
    return [
        entity[f"{kind}Name"]
        for kind in ("Group", "User", "Role")
        for entity in answer[f"Policy{kind}s"]
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, " ".join(EVERYBODY)),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, "g1 G2 u1 u2 r1"),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, "u-edge u1 r-edge"),
        ({"EntityFilter": "User"}, "u-edge u1 u2"),
        ({"EntityFilter": "Group"}, "g1 G2"),
        ({"EntityFilter": "Role"}, "r-edge r1"),
        ({"EntityFilter": "LocalManagedPolicy"}, ""),
        ({"EntityFilter": "Group", "PolicyUsageFilter": "PermissionsBoundary"}, ""),
        ({"PathPrefix": "/eng/"}, "G2 u2 r1"),
    ],
)
def test_who_has_a_policy_is_told_by_kind_use_and_path(
    iam: Any, ana: User, policy: ManagedPolicy, asked: dict[str, str], found: str
) -> None:
    answer = iam(ana).list_entities_for_policy(PolicyArn=policy.arn, **asked)
    assert entities(answer) == found.split()
    assert answer["IsTruncated"] is False


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7])
def test_one_marker_leads_through_groups_users_and_roles(
    iam: Any, ana: User, policy: ManagedPolicy, size: int
) -> None:
    client, pages = iam(ana), []
    marker: dict[str, str] = {}
    while True:
        answer = client.list_entities_for_policy(PolicyArn=policy.arn, MaxItems=size, **marker)
        pages.append(entities(answer))
        if not answer["IsTruncated"]:
            break
        marker = {"Marker": answer["Marker"]}
    assert [name for page in pages for name in page] == EVERYBODY
    assert {len(page) for page in pages[:-1]} <= {size}
    assert pages[-1]


def test_entities_are_named_with_their_ids(iam: Any, cleo: User, policy: ManagedPolicy) -> None:
    answer = iam(cleo).list_entities_for_policy(PolicyArn=policy.arn)
    assert answer["PolicyUsers"] == [{"UserName": "cleo", "UserId": cleo.unique_id}]
    assert answer["PolicyGroups"] == []
    assert [role["RoleId"][:4] for role in answer["PolicyRoles"]] == ["AROA"]


@pytest.mark.parametrize(
    "asked",
    [{"EntityFilter": "Users"}, {"PathPrefix": "/x"}, {"PolicyUsageFilter": ""}, {"MaxItems": 0}],
)
def test_filters_outside_the_model_are_refused(
    iam: Any, ana: User, policy: ManagedPolicy, asked: dict[str, Any]
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).list_entities_for_policy(PolicyArn=policy.arn, **asked)


def test_a_marker_goes_on_under_its_own_filter_only(
    iam: Any, ana: User, policy: ManagedPolicy
) -> None:
    client = iam(ana)
    marker = client.list_entities_for_policy(PolicyArn=policy.arn, MaxItems=1)["Marker"]
    with refused("ValidationError", "Marker and Filter do not match", 400):
        client.list_entities_for_policy(PolicyArn=policy.arn, EntityFilter="Role", Marker=marker)


def test_a_policy_that_is_not_there_cannot_be_found(iam: Any, ana: User) -> None:
    missing = f"arn:aws:iam::{ana.account_id}:policy/absent"
    with refused("NoSuchEntity", f"Policy {missing} was not found.", 404):
        iam(ana).list_entities_for_policy(PolicyArn=missing)
