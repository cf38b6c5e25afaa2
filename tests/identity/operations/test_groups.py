"""Groups, as boto3 sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity import quotas
from identity.models import Account, Group, Membership, User
from tests.factories import attach, make_group, make_managed_policy, make_policy, make_user
from tests.refusals import refused

NOT_FOUND = "The group with name {} cannot be found."
READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]


def allowing(action: str, resource: str) -> list[dict[str, str]]:
    return [{"Effect": "Allow", "Action": action, "Resource": resource}]


# --- CreateGroup, GetGroup ----------------------------------------------------------------------


def test_a_new_group_is_answered_in_full(iam: Any, ana: User) -> None:
    client = iam(ana)
    group = client.create_group(GroupName="Ops", Path="/eng/")["Group"]
    assert (group["GroupName"], group["Path"]) == ("Ops", "/eng/")
    assert group["Arn"] == f"arn:aws:iam::{ana.account_id}:group/eng/Ops"
    assert re.fullmatch(r"AGPA[A-Z2-7]{17}", group["GroupId"])
    assert datetime.now(UTC) - group["CreateDate"] < timedelta(minutes=1)
    found = client.get_group(GroupName="OPS")
    assert (found["Group"], found["Users"], found["IsTruncated"]) == (group, [], False)


@pytest.mark.parametrize("name", ["ops", "OPS", "oPs"])
def test_a_name_is_taken_whatever_its_case_and_path(iam: Any, ana: User, name: str) -> None:
    make_group(ana.account, "ops")
    with refused("EntityAlreadyExists", f"Group with name {name} already exists.", 409):
        iam(ana).create_group(GroupName=name, Path="/elsewhere/")


def test_two_accounts_may_have_groups_of_one_name(iam: Any, ana: User, cleo: User) -> None:
    iam(ana).create_group(GroupName="ops")
    iam(cleo).create_group(GroupName="ops")
    assert Group.objects.named("ops").count() == 2


@pytest.mark.parametrize("name", ["", "a" * 129, "a b", "opś", "a/b", "a\n", "a*", "a:b"])
def test_names_outside_the_pattern_are_refused(iam: Any, ana: User, name: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_group(GroupName=name)


@pytest.mark.parametrize("path", ["", "x", "/x", "x/", "/a b/", "/é/", "/" + "a" * 511 + "/"])
def test_paths_outside_the_pattern_are_refused(iam: Any, ana: User, path: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_group(GroupName="ops", Path=path)


def test_the_account_holds_as_many_groups_as_its_quota(
    iam: Any, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quotas.ADJUSTABLE, "GroupsPerAccount", 1)
    client = iam(ana)
    client.create_group(GroupName="ops")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 1", 409):
        client.create_group(GroupName="dev")
    assert client.get_account_summary()["SummaryMap"]["Groups"] == 1
    client.delete_group(GroupName="ops")
    client.create_group(GroupName="dev")


def test_the_summary_tells_the_quota_of_aws(iam: Any, ana: User) -> None:
    found = iam(ana).get_account_summary()["SummaryMap"]
    assert (found["Groups"], found["GroupsQuota"], found["GroupsPerUserQuota"]) == (0, 300, 10)


def test_members_come_page_by_page_with_the_group_on_each(iam: Any, ana: User) -> None:
    names = [f"user-{number:02}" for number in range(5)]
    users = [make_user(ana.account, name) for name in reversed(names)]
    make_group(ana.account, "ops", *users)
    make_group(ana.account, "dev", ana)
    pages = list(
        iam(ana)
        .get_paginator("get_group")
        .paginate(GroupName="ops", PaginationConfig={"PageSize": 2})
    )
    assert [user["UserName"] for page in pages for user in page["Users"]] == names
    assert [page["Group"]["GroupName"] for page in pages] == ["ops"] * 3


def test_a_marker_of_another_group_is_refused(iam: Any, ana: User, ben: User) -> None:
    make_group(ana.account, "ops", ana, ben)
    make_group(ana.account, "dev", ana, ben)
    client = iam(ana)
    marker = client.get_group(GroupName="ops", MaxItems=1)["Marker"]
    with refused("ValidationError", "Marker and Filter do not match", 400):
        client.get_group(GroupName="dev", Marker=marker)
    assert [u["UserName"] for u in client.get_group(GroupName="ops", Marker=marker)["Users"]] == [
        "ben"
    ]


def test_a_hundred_members_take_no_more_queries_than_one(iam: Any, ana: User) -> None:
    group = make_group(ana.account, "ops", ana)
    client = iam(ana)
    client.get_group(GroupName="ops")
    for number in range(30):
        Membership.objects.create(group=group, user=make_user(ana.account, f"user{number}"))
    with CaptureQueriesContext(connection) as queries:
        assert len(client.get_group(GroupName="ops")["Users"]) == 31
    assert len(queries) == 4  # the key, the policies, the group, the page


# --- ListGroups ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("/", ["Zoo", "b", "c"]),
        ("/eng/", ["b"]),
        ("/eng", ["b", "c"]),
        ("/ENG/", []),
        ("/eng%/", []),
    ],
)
def test_groups_are_listed_by_name_under_a_path(
    iam: Any, ana: User, cleo: User, prefix: str, names: list[str]
) -> None:
    make_group(ana.account, "Zoo")
    make_group(ana.account, "c", path="/engineers/")
    make_group(ana.account, "b", path="/eng/")
    make_group(cleo.account, "theirs")
    listed = iam(ana).list_groups(PathPrefix=prefix)
    assert sorted(group["GroupName"] for group in listed["Groups"]) == sorted(names)
    assert [g["GroupName"].lower() for g in listed["Groups"]] == sorted(n.lower() for n in names)


def test_an_account_without_groups_has_an_empty_list(iam: Any, ana: User) -> None:
    listed = iam(ana).list_groups()
    assert (listed["Groups"], listed["IsTruncated"]) == ([], False)


def test_pages_of_groups_neither_skip_nor_repeat(iam: Any, ana: User) -> None:
    names = [f"g{number}-{'x' * 120}" for number in range(5)]
    for name in names:
        make_group(ana.account, name)
    pages = iam(ana).get_paginator("list_groups").paginate(PaginationConfig={"PageSize": 2})
    assert [group["GroupName"] for page in pages for group in page["Groups"]] == names


# --- UpdateGroup --------------------------------------------------------------------------------


def test_a_rename_keeps_the_id_the_members_and_the_policies(iam: Any, ana: User) -> None:
    li = make_user(ana.account, "li")
    make_policy(make_group(ana.account, "ops", li), "read", READ)
    client = iam(ana)
    before = client.get_group(GroupName="ops")["Group"]
    client.update_group(GroupName="OPS", NewGroupName="crew", NewPath="/x/")
    after = client.get_group(GroupName="crew")
    assert after["Group"]["GroupId"] == before["GroupId"]
    assert after["Group"]["Arn"].endswith(":group/x/crew")
    assert [user["UserName"] for user in after["Users"]] == ["li"]
    iam(li).get_group(GroupName="crew")
    with refused("NoSuchEntity", NOT_FOUND.format("ops"), 404):
        client.get_group(GroupName="ops")


def test_a_name_may_change_in_case_alone_and_an_update_of_nothing_changes_nothing(
    iam: Any, ana: User
) -> None:
    make_group(ana.account, "ops", path="/eng/")
    client = iam(ana)
    client.update_group(GroupName="ops", NewGroupName="Ops")
    client.update_group(GroupName="ops")
    assert client.get_group(GroupName="ops")["Group"]["Arn"].endswith(":group/eng/Ops")


def test_a_taken_name_cannot_be_taken_over(iam: Any, ana: User) -> None:
    make_group(ana.account, "ops")
    make_group(ana.account, "dev")
    with refused("EntityAlreadyExists", "Group with name DEV already exists.", 409):
        iam(ana).update_group(GroupName="ops", NewGroupName="DEV")


@pytest.mark.parametrize("resource", ["group/ops", "group/x/crew"])
def test_a_rename_needs_the_permission_on_both_arns(
    iam: Any, account: Account, resource: str
) -> None:
    make_group(account, "ops")
    only = f"arn:aws:iam::{account.id}:{resource}"
    dev = make_user(account, "dev", allow=allowing("iam:UpdateGroup", only))
    with refused("AccessDenied", status=403):
        iam(dev).update_group(GroupName="ops", NewGroupName="crew", NewPath="/x/")
    both = [*allowing("iam:UpdateGroup", only), *allowing("iam:UpdateGroup", "*crew*")]
    make_policy(dev, "more", [*both, *allowing("iam:UpdateGroup", "*:group/ops")])
    iam(dev).update_group(GroupName="ops", NewGroupName="crew", NewPath="/x/")


# --- DeleteGroup --------------------------------------------------------------------------------


def test_leftovers_are_reported_in_the_order_of_aws(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    group = make_group(ana.account, "ops", ben)
    attach(group, make_managed_policy(ana.account, "shared", READ))
    make_policy(group, "own", READ)
    conflicts: list[tuple[str, Callable[[], Any]]] = [
        (
            "remove users from group",
            lambda: client.remove_user_from_group(GroupName="ops", UserName="ben"),
        ),
        ("detach all policies", lambda: group.attachments.all().delete()),
        ("delete policies", lambda: group.policies.all().delete()),
    ]
    for what, remove in conflicts:
        with refused("DeleteConflict", f"Cannot delete entity, must {what} first.", 409):
            client.delete_group(GroupName="ops")
        remove()
    client.delete_group(GroupName="OPS")
    assert not Group.objects.exists()
    assert Account.objects.get(pk=ana.account_id).group_count == 0


@pytest.mark.parametrize("verb", ["get_group", "update_group", "delete_group"])
def test_a_group_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str
) -> None:
    make_group(cleo.account, "theirs")
    with refused("NoSuchEntity", NOT_FOUND.format("theirs"), 404):
        getattr(iam(ana), verb)(GroupName="theirs")


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "action", "resource", "params"),
    [
        ("create_group", "CreateGroup", "group/new/crew", {"GroupName": "crew", "Path": "/new/"}),
        ("get_group", "GetGroup", "group/eng/ops", {"GroupName": "OPS"}),
        ("list_groups", "ListGroups", "group/eng/", {"PathPrefix": "/eng/"}),
        ("update_group", "UpdateGroup", "group/eng/ops", {"GroupName": "ops"}),
        ("delete_group", "DeleteGroup", "group/eng/ops", {"GroupName": "ops"}),
    ],
)
def test_each_action_is_asked_on_the_arn_with_its_path(
    iam: Any, account: Account, ben: User, verb: str, action: str, resource: str, params: Any
) -> None:
    make_group(account, "ops", path="/eng/")
    arn = f"arn:aws:iam::{account.id}:{resource}"
    with refused(
        "AccessDenied",
        f"User: {ben.arn} is not authorized to perform: iam:{action} on resource: {arn} "
        f"because no identity-based policy allows the iam:{action} action",
        403,
    ):
        getattr(iam(ben), verb)(**params)
    only = make_user(account, "only", allow=allowing(f"iam:{action}", arn))
    getattr(iam(only), verb)(**params)


def test_who_may_not_look_learns_nothing(iam: Any, ben: User) -> None:
    make_group(ben.account, "ops")
    for name in ("ops", "nothing"):
        with refused("AccessDenied", status=403):
            iam(ben).get_group(GroupName=name)
