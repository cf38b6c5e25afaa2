"""Who is in which group, as boto3 sees it, and what membership gives."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Account, Membership, User
from tests.factories import make_group, make_policy, make_user
from tests.refusals import refused

NO_GROUP = "The group with name {} cannot be found."
NO_USER = "The user with name {} cannot be found."


def allowing(action: str, resource: str) -> list[dict[str, str]]:
    return [{"Effect": "Allow", "Action": action, "Resource": resource}]


def test_a_member_has_the_groups_rights_from_the_next_call_on_until_removed(
    iam: Any, ana: User, ben: User
) -> None:
    make_policy(make_group(ana.account, "readers"), "read", allowing("iam:ListUsers", "*"))
    admin, member = iam(ana), iam(ben)
    with refused("AccessDenied", status=403):
        member.list_users()
    admin.add_user_to_group(GroupName="readers", UserName="ben")
    member.list_users()
    admin.remove_user_from_group(GroupName="readers", UserName="ben")
    with refused("AccessDenied", status=403):
        member.list_users()


def test_a_deny_of_a_group_stops_an_administrator(iam: Any, ana: User) -> None:
    group = make_group(ana.account, "frozen")
    make_policy(group, "stop", [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}])
    client = iam(ana)
    client.add_user_to_group(GroupName="frozen", UserName="ana")
    with refused("AccessDenied", status=403):
        client.remove_user_from_group(GroupName="frozen", UserName="ana")


def test_adding_and_removing_twice_changes_nothing(iam: Any, ana: User, ben: User) -> None:
    make_group(ana.account, "ops")
    client = iam(ana)
    for _ in range(2):
        client.add_user_to_group(GroupName="OPS", UserName="BEN")
    assert Membership.objects.count() == 1
    for _ in range(2):
        client.remove_user_from_group(GroupName="ops", UserName="ben")
    assert not Membership.objects.exists()


def test_a_user_is_in_ten_groups_at_most(iam: Any, ana: User, ben: User) -> None:
    for number in range(11):
        make_group(ana.account, f"g{number}")
    client = iam(ana)
    for number in range(10):
        client.add_user_to_group(GroupName=f"g{number}", UserName="ben")
    with refused("LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10", 409):
        client.add_user_to_group(GroupName="g10", UserName="ben")
    client.add_user_to_group(GroupName="g9", UserName="ben")
    client.add_user_to_group(GroupName="g10", UserName="ana")
    client.remove_user_from_group(GroupName="g0", UserName="ben")
    client.add_user_to_group(GroupName="g10", UserName="ben")


@pytest.mark.parametrize("verb", ["add_user_to_group", "remove_user_from_group"])
def test_group_and_user_must_be_there_in_this_account(
    iam: Any, ana: User, cleo: User, verb: str
) -> None:
    make_group(ana.account, "ops")
    make_group(cleo.account, "theirs")
    change = getattr(iam(ana), verb)
    for group in ("theirs", "nothing"):
        with refused("NoSuchEntity", NO_GROUP.format(group), 404):
            change(GroupName=group, UserName="ana")
    for user in ("cleo", "nobody", ana.account_id):
        with refused("NoSuchEntity", NO_USER.format(user), 404):
            change(GroupName="ops", UserName=user)


@pytest.mark.parametrize(
    "params",
    [
        {"GroupName": "ops"},
        {"UserName": "ana"},
        {"GroupName": "ops", "UserName": "a b"},
        {"GroupName": "o" * 129, "UserName": "ana"},
        {"GroupName": "ops", "UserName": "a" * 129},
    ],
)
def test_malformed_requests_are_refused(iam: Any, ana: User, params: dict[str, str]) -> None:
    make_group(ana.account, "ops")
    for verb in ("add_user_to_group", "remove_user_from_group"):
        with refused("ValidationError", status=400):
            getattr(iam(ana), verb)(**params)


def test_the_groups_of_a_user_are_listed_by_name_in_pages(iam: Any, ana: User, ben: User) -> None:
    for name in ("c", "B", "a"):
        make_group(ana.account, name, ben)
    make_group(ana.account, "other", ana)
    client = iam(ana)
    first = client.list_groups_for_user(UserName="ben", MaxItems=2)
    assert [group["GroupName"] for group in first["Groups"]] == ["a", "B"]
    second = client.list_groups_for_user(UserName="ben", MaxItems=2, Marker=first["Marker"])
    assert [group["GroupName"] for group in second["Groups"]] == ["c"]
    assert second["IsTruncated"] is False
    with refused("ValidationError", status=400):
        client.list_groups_for_user(UserName="ana", Marker=first["Marker"])


def test_a_user_without_groups_has_an_empty_list(iam: Any, ana: User) -> None:
    assert iam(ana).list_groups_for_user(UserName="ana")["Groups"] == []


def test_groups_of_nobody_and_of_strangers_are_not_there(iam: Any, ana: User, cleo: User) -> None:
    for name in ("cleo", "nobody"):
        with refused("NoSuchEntity", NO_USER.format(name), 404):
            iam(ana).list_groups_for_user(UserName=name)


@pytest.mark.parametrize(
    ("verb", "action"),
    [
        ("add_user_to_group", "AddUserToGroup"),
        ("remove_user_from_group", "RemoveUserFromGroup"),
    ],
)
def test_changes_are_asked_on_the_group_and_never_on_the_user(
    iam: Any, account: Account, ben: User, verb: str, action: str
) -> None:
    group = make_group(account, "ops", path="/eng/")
    make_policy(ben, "on-user", allowing(f"iam:{action}", f"arn:aws:iam::{account.id}:user/*"))
    with refused(
        "AccessDenied",
        f"User: {ben.arn} is not authorized to perform: iam:{action} on resource: {group.arn} "
        f"because no identity-based policy allows the iam:{action} action",
        403,
    ):
        getattr(iam(ben), verb)(GroupName="ops", UserName="ben")
    only = make_user(account, "only", allow=allowing(f"iam:{action}", group.arn))
    getattr(iam(only), verb)(GroupName="ops", UserName="ben")


def test_the_list_of_groups_is_asked_on_the_user(iam: Any, account: Account, ben: User) -> None:
    li = make_user(account, "li", path="/staff/")
    make_policy(ben, "on-group", allowing("iam:ListGroupsForUser", "*:group/*"))
    with refused("AccessDenied", status=403):
        iam(ben).list_groups_for_user(UserName="li")
    only = make_user(account, "only", allow=allowing("iam:ListGroupsForUser", li.arn))
    iam(only).list_groups_for_user(UserName="li")
    with refused("AccessDenied", status=403):
        iam(only).list_groups_for_user(UserName="ben")
