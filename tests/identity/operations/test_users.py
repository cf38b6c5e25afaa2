"""IAM users, as boto3 sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity import identifiers
from identity.models import Account, ManagedPolicy, Quota, TemporarySession, User
from tests.authenticator import enable_device
from tests.factories import attach, make_group, make_key, make_login_profile, make_policy, make_user
from tests.refusals import refused

NOT_FOUND = "The user with name {} cannot be found."
MANY = 100


def make_users(account: Account, names: list[str], path: str = "/") -> None:
    User.objects.bulk_create(
        User(
            account=account,
            unique_id=identifiers.unique_id("AIDA"),
            name=name,
            name_folded=name.lower(),
            path=path,
        )
        for name in names
    )


# --- CreateUser ---------------------------------------------------------------------------------


def test_a_new_user_is_answered_in_full(iam: Any, ana: User) -> None:
    user = iam(ana).create_user(UserName="Li", Path="/staff/")["User"]
    assert (user["UserName"], user["Path"]) == ("Li", "/staff/")
    assert user["Arn"] == f"arn:aws:iam::{ana.account_id}:user/staff/Li"
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", user["UserId"])
    assert datetime.now(UTC) - user["CreateDate"] < timedelta(minutes=1)
    assert "Tags" not in user
    assert "PasswordLastUsed" not in user


def test_a_new_user_may_do_nothing_and_cannot_sign_in(iam: Any, ana: User) -> None:
    iam(ana).create_user(UserName="li")
    li = User.objects.get(name="li")
    assert not li.has_console_password
    with refused("AccessDenied", status=403):
        iam(li).get_user()


def test_tags_of_a_new_user_are_answered_in_their_order(iam: Any, ana: User) -> None:
    tags = [{"Key": "team", "Value": "red"}, {"Key": "Cost", "Value": ""}]
    client = iam(ana)
    assert client.create_user(UserName="li", Tags=tags)["User"]["Tags"] == tags
    assert client.get_user(UserName="li")["User"]["Tags"] == [tags[1], tags[0]]


def test_tags_at_creation_need_a_permission_of_their_own(iam: Any, account: Account) -> None:
    dev = make_user(account, "dev", allow=["iam:CreateUser"])
    client = iam(dev)
    with refused("AccessDenied", status=403):
        client.create_user(UserName="li", Tags=[{"Key": "a", "Value": "b"}])
    client.create_user(UserName="li")


@pytest.mark.parametrize("name", ["ana", "ANA", "aNa"])
def test_a_name_is_taken_whatever_its_case(iam: Any, ana: User, name: str) -> None:
    with refused("EntityAlreadyExists", f"User with name {name} already exists.", 409):
        iam(ana).create_user(UserName=name)


def test_a_name_is_taken_whatever_its_path(iam: Any, ana: User) -> None:
    with refused("EntityAlreadyExists"):
        iam(ana).create_user(UserName="ana", Path="/elsewhere/")


def test_two_accounts_may_have_users_of_one_name(iam: Any, ana: User, cleo: User) -> None:
    iam(cleo).create_user(UserName="ana")
    assert User.objects.named("ana").count() == 2


@pytest.mark.parametrize(
    "name", ["", "a" * 65, "a b", "añe", "ａｎａ", "аna", "a/b", "a\n", "a*", "a:b", "٣"]
)
def test_names_outside_the_pattern_are_refused(iam: Any, ana: User, name: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_user(UserName=name)


@pytest.mark.parametrize("name", ["a" * 64, "=1+1", "-x", "@sum", "a.b_c-d,e", "123456789012"])
def test_names_inside_the_pattern_are_taken_as_they_are(iam: Any, ana: User, name: str) -> None:
    client = iam(ana)
    client.create_user(UserName=name)
    assert client.get_user(UserName=name)["User"]["UserName"] == name


@pytest.mark.parametrize("path", ["", "x", "/x", "x/", "/a b/", "/é/", "/" + "a" * 511 + "/"])
def test_paths_outside_the_pattern_are_refused(iam: Any, ana: User, path: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_user(UserName="li", Path=path)


def test_the_account_holds_as_many_users_as_its_quota(iam: Any, ana: User) -> None:
    Quota.objects.create(account=ana.account, name="UsersPerAccount", value=2)
    client = iam(ana)
    client.create_user(UserName="li")
    with refused("LimitExceeded", "Cannot exceed quota for UsersPerAccount: 2", 409):
        client.create_user(UserName="mo")
    client.delete_user(UserName="li")
    client.create_user(UserName="mo")


# --- GetUser ------------------------------------------------------------------------------------


def test_a_user_is_found_whatever_the_case_and_keeps_the_given_one(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.create_user(UserName="Li")
    assert client.get_user(UserName="LI")["User"]["UserName"] == "Li"


def test_without_a_name_the_caller_is_meant(iam: Any, ana: User) -> None:
    assert iam(ana).get_user()["User"]["Arn"] == ana.arn


def test_root_has_neither_name_nor_path(iam: Any, root: User) -> None:
    user = iam(root).get_user()["User"]
    assert user["Arn"] == f"arn:aws:iam::{root.account_id}:root"
    assert user["UserId"] == root.account_id
    assert "UserName" not in user
    assert "Path" not in user


def test_the_last_sign_in_is_shown_to_the_second(iam: Any, ana: User) -> None:
    ana.password_last_used_at = timezone.now()
    ana.save()
    shown = iam(ana).get_user()["User"]["PasswordLastUsed"]
    assert shown == ana.password_last_used_at.replace(microsecond=0)


def test_get_user_takes_a_fixed_number_of_queries(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.get_user(UserName="ana")
    with CaptureQueriesContext(connection) as queries:
        client.get_user(UserName="ana")
    # The key with its user and account; the policies; the user; its tags.
    assert len(queries) == 4


def test_who_may_not_look_learns_nothing(iam: Any, ben: User, ana: User) -> None:
    with refused("AccessDenied", status=403):
        iam(ben).get_user(UserName="ana")
    with refused("AccessDenied", status=403):
        iam(ben).get_user(UserName="nobody")


# --- ListUsers ----------------------------------------------------------------------------------


def test_users_are_listed_by_name_whatever_the_case(iam: Any, ana: User) -> None:
    make_users(ana.account, ["Zoe", "bea", "Amy"])
    listed = iam(ana).list_users()
    assert [user["UserName"] for user in listed["Users"]] == ["Amy", "ana", "bea", "Zoe"]
    assert listed["IsTruncated"] is False
    assert "Marker" not in listed


def test_root_is_not_listed_and_tags_are_left_out(iam: Any, root: User) -> None:
    client = iam(root)
    assert client.list_users()["Users"] == []
    client.create_user(UserName="li", Tags=[{"Key": "a", "Value": "b"}])
    (user,) = client.list_users()["Users"]
    assert "Tags" not in user


def test_pages_follow_each_other_without_gap_or_repeat(iam: Any, ana: User) -> None:
    make_users(ana.account, [f"user-{number:03}" for number in range(25)])
    pages = list(iam(ana).get_paginator("list_users").paginate(PaginationConfig={"PageSize": 10}))
    names = [user["UserName"] for page in pages for user in page["Users"]]
    assert [len(page["Users"]) for page in pages] == [10, 10, 6]
    assert names == ["ana", *(f"user-{number:03}" for number in range(25))]


def test_a_page_boundary_survives_that_its_user_is_deleted(iam: Any, ana: User) -> None:
    make_users(ana.account, ["bea", "cem", "dia"])
    client = iam(ana)
    first = client.list_users(MaxItems=2)
    User.objects.named("bea").delete()
    second = client.list_users(MaxItems=2, Marker=first["Marker"])
    assert [user["UserName"] for user in second["Users"]] == ["cem", "dia"]


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("/", ["ana", "b", "c", "d", "e"]),
        ("/eng/", ["b", "c"]),
        ("/eng", ["b", "c", "d"]),
        ("/ENG/", ["e"]),
        ("/eng/a%/", []),
        ("/eng_", []),
        ("/nowhere/", []),
    ],
)
def test_a_path_prefix_is_taken_letter_by_letter(
    iam: Any, ana: User, prefix: str, names: list[str]
) -> None:
    for name, path in (("b", "/eng/"), ("c", "/eng/ops/"), ("d", "/engineers/"), ("e", "/ENG/")):
        make_user(ana.account, name, path=path)
    listed = iam(ana).list_users(PathPrefix=prefix)["Users"]
    assert [user["UserName"] for user in listed] == names


def test_a_marker_of_another_list_is_refused(iam: Any, ana: User, cleo: User) -> None:
    make_users(ana.account, ["bea", "cem"])
    make_users(cleo.account, ["bea"])
    mine, theirs = iam(ana), iam(cleo)
    marker = mine.list_users(MaxItems=1)["Marker"]
    calls: tuple[Callable[[], Any], ...] = (
        lambda: theirs.list_users(Marker=marker),
        lambda: mine.list_users(PathPrefix="/x/", Marker=marker),
        lambda: mine.list_virtual_mfa_devices(Marker=marker),
        lambda: mine.list_users(Marker=marker[:-1] + ("a" if marker[-1] != "a" else "b")),
        lambda: mine.list_users(Marker="ana"),
    )
    for foreign in calls:
        with refused("ValidationError", status=400):
            foreign()
    assert mine.list_users(MaxItems=2, Marker=marker)["Users"]


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_page_sizes_outside_1_to_1000_are_refused(iam: Any, ana: User, size: int) -> None:
    with refused("ValidationError", status=400):
        iam(ana).list_users(MaxItems=size)


def test_a_hundred_users_take_no_more_queries_than_one(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.list_users()
    make_users(ana.account, [f"user-{number:03}" for number in range(MANY)])
    with CaptureQueriesContext(connection) as queries:
        assert len(client.list_users()["Users"]) == MANY
    assert len(queries) == 3  # the key, the policies, the page


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL reads a table of two rows without its index"
)
def test_the_path_prefix_is_answered_from_an_index(ana: User) -> None:
    plan = ana.account.iam_users.under("/eng/").order_by("name_folded")[:101].explain()
    assert "user_by_path" in plan


# --- UpdateUser ---------------------------------------------------------------------------------


def test_a_rename_keeps_the_user_id_and_what_belongs_to_it(iam: Any, ana: User) -> None:
    client = iam(ana)
    before = client.create_user(UserName="li")["User"]
    key = client.create_access_key(UserName="li")["AccessKey"]
    client.update_user(UserName="LI", NewUserName="lee", NewPath="/staff/")
    after = client.get_user(UserName="lee")["User"]
    assert after["UserId"] == before["UserId"]
    assert after["Arn"].endswith(":user/staff/lee")
    assert (
        client.list_access_keys(UserName="lee")["AccessKeyMetadata"][0]["AccessKeyId"]
        == key["AccessKeyId"]
    )
    with refused("NoSuchEntity", NOT_FOUND.format("li"), 404):
        client.get_user(UserName="li")


def test_a_name_may_change_in_case_alone(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.update_user(UserName="ana", NewUserName="Ana")
    assert client.get_user()["User"]["UserName"] == "Ana"


def test_a_name_that_is_taken_cannot_be_taken_over(iam: Any, ana: User, ben: User) -> None:
    with refused("EntityAlreadyExists", "User with name BEN already exists.", 409):
        iam(ana).update_user(UserName="ana", NewUserName="BEN")


@pytest.mark.parametrize("resource", ["user/li", "user/lee"])
def test_a_rename_needs_the_permission_on_both_names(
    iam: Any, account: Account, resource: str
) -> None:
    make_user(account, "li")
    only = f"arn:aws:iam::{account.id}:{resource}"
    dev = make_user(
        account, "dev", allow=[{"Effect": "Allow", "Action": "iam:UpdateUser", "Resource": only}]
    )
    with refused("AccessDenied", status=403):
        iam(dev).update_user(UserName="li", NewUserName="lee")
    assert User.objects.named("li").exists()


# --- DeleteUser ---------------------------------------------------------------------------------


def test_a_deleted_user_is_gone_and_its_sessions_with_it(iam: Any, sts: Any, ana: User) -> None:
    client = iam(ana)
    client.create_user(UserName="li")
    li = User.objects.get(name="li")
    key = make_key(li)
    sts(li).get_session_token()
    li.access_keys.all().delete()
    client.delete_user(UserName="LI")
    with refused("NoSuchEntity", NOT_FOUND.format("li"), 404):
        client.get_user(UserName="li")
    assert not TemporarySession.objects.exists()
    assert key.id
    assert Account.objects.get(pk=ana.account_id).user_count == 1


def test_leftovers_are_reported_in_the_order_of_aws(iam: Any, ana: User) -> None:
    client = iam(ana)
    li = make_user(ana.account, "li")
    policy = ManagedPolicy.objects.shipped().get(name="IAMFullAccess")
    attach(li, policy)
    make_policy(li, "p", [])
    make_group(ana.account, "devs", li)
    make_login_profile(li)
    key = make_key(li)
    device = enable_device(client, "li")
    conflicts: list[tuple[str, Callable[[], Any]]] = [
        (
            "detach all policies",
            lambda: client.detach_user_policy(UserName="li", PolicyArn=policy.arn),
        ),
        ("delete policies", lambda: client.delete_user_policy(UserName="li", PolicyName="p")),
        ("delete login profile", lambda: client.delete_login_profile(UserName="li")),
        (
            "delete access keys",
            lambda: client.delete_access_key(UserName="li", AccessKeyId=key.id),
        ),
        (
            "remove tokens from principal",
            lambda: client.deactivate_mfa_device(UserName="li", SerialNumber=device.serial_number),
        ),
        (
            "remove users from group",
            lambda: client.remove_user_from_group(UserName="li", GroupName="devs"),
        ),
    ]
    for what, remove in conflicts:
        with refused("DeleteConflict", f"Cannot delete entity, must {what} first.", 409):
            client.delete_user(UserName="li")
        remove()
    client.delete_user(UserName="li")


def test_a_new_user_of_an_old_name_is_another_user(iam: Any, ana: User) -> None:
    client = iam(ana)
    first = client.create_user(UserName="li")["User"]["UserId"]
    client.delete_user(UserName="li")
    assert client.create_user(UserName="li")["User"]["UserId"] != first


@pytest.mark.parametrize("verb", ["get_user", "update_user", "delete_user"])
def test_a_user_of_another_account_is_not_there(iam: Any, ana: User, cleo: User, verb: str) -> None:
    for name in ("cleo", "nobody"):
        with refused("NoSuchEntity", NOT_FOUND.format(name), 404):
            getattr(iam(ana) if name == "cleo" else iam(cleo), verb)(UserName=name)
