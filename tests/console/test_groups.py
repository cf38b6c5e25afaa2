"""User groups: the list, a new one, members, permissions, a new name, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console import last_used
from identity.models import Account, Group, LastAccess, Membership, User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import attach, make_group, make_managed_policy, make_policy, make_user

READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]
HERE = "/iam/groups/ops"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def ops(account: Account, ben: User) -> Group:
    group = make_group(account, "ops", ben)
    attach(group, make_managed_policy(account, "Readers", READ))
    make_policy(group, "Own", READ)
    return group


def test_the_list_counts_users_and_policies(browser: Client, ops: Group, account: Account) -> None:
    make_group(account, "empty")
    words = text(browser.get("/iam/groups"))
    assert "ops 1 2 policies" in words
    assert "empty 0 None" in words
    assert "No groups match" in text(browser.get("/iam/groups?q=zzz"))
    assert "empty" not in text(browser.get("/iam/groups?permissions=some"))
    assert "ops" not in text(browser.get("/iam/groups?permissions=none"))
    assert "ops" in text(browser.get("/iam/groups?permissions=whatever"))


def test_renaming_lists_the_policies_that_name_the_arn(
    browser: Client, signed_in: SignedIn, ops: Group, account: Account, ben: User
) -> None:
    naming = [{"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": ops.arn}]
    make_managed_policy(account, "Recruiting", naming)
    make_policy(ben, "Inline", naming)
    words = text(browser.get(f"{HERE}/edit"))
    assert "Recruiting Inline (User ben)" in words
    assert "Readers" not in words
    reader = signed_in(make_user(account, "reader", allow=["iam:GetGroup"]))
    assert "Recruiting" not in text(reader.get(f"{HERE}/edit"))


def test_several_groups_go_at_once_and_each_says_how(
    browser: Client, ops: Group, account: Account, ben: User
) -> None:
    others = [make_group(account, name) for name in ("a", "b")]
    ids = [one.unique_id for one in (ops, *others)]
    deny = [{"Effect": "Deny", "Action": "iam:DeleteGroup", "Resource": others[1].arn}]
    make_policy(User.objects.get(name="ana"), "not b", deny)
    page = browser.post("/iam/delete-groups", {"group": ids}).headers["Location"]
    assert submit(browser, page, confirm="2 groups").status_code == 422
    done = submit(browser, page, confirm="3 groups")
    words = text(browser.get(done.headers["Location"]))
    assert "2 of 3 done." in words
    assert "b Refused" in words
    assert [group.name for group in Group.objects.all()] == ["b"]
    assert User.objects.filter(name="ben").exists()


def test_one_group_alone_is_deleted_on_its_page_and_none_is_said(
    browser: Client, ops: Group, cleo: User
) -> None:
    answer = browser.post("/iam/delete-groups", {"group": [ops.unique_id]})
    assert answer.headers["Location"] == f"{HERE}/delete"
    theirs = make_group(cleo.account, "theirs")
    answer = browser.post("/iam/delete-groups", {"group": [theirs.unique_id]})
    assert answer.headers["Location"] == "/iam/groups"


def test_pages_of_groups_cost_few_queries(browser: Client, ops: Group, account: Account) -> None:
    for number in range(30):
        make_group(account, f"g{number}", make_user(account, f"u{number}"))
    for url in ("/iam/groups", f"{HERE}/permissions", f"{HERE}/users", f"{HERE}/users/add"):
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        assert len(captured) <= 12, url


def test_nobody_sees_groups_without_the_right_or_those_of_another_account(
    signed_in: SignedIn, account: Account, cleo: User, ops: Group
) -> None:
    eve = make_user(account, "eve")
    assert signed_in(eve).get("/iam/groups").status_code == 403
    assert signed_in(eve).get(f"{HERE}/permissions").status_code == 403
    neighbour = signed_in(cleo)
    assert "ops" not in text(neighbour.get("/iam/groups"))
    for page in ("permissions", "users", "edit", "delete"):
        assert neighbour.get(f"{HERE}/{page}").status_code == 404
        assert neighbour.get(f"/iam/groups/~{ops.unique_id}/{page}").status_code == 404


def test_a_group_is_created_and_its_name_is_taken_then(browser: Client, account: Account) -> None:
    answer = submit(browser, "/iam/create-group", name="dev", path="/a/")
    assert answer.headers["Location"] == "/iam/groups/dev/permissions"
    assert Group.objects.get(account=account, name="dev").path == "/a/"
    again = submit(browser, "/iam/create-group", name="DEV")
    assert again.status_code == 422
    assert "already exists" in again.context["form"].errors["name"][0]


@pytest.mark.parametrize("name", [".", "..", "create", "a=b"])
def test_a_group_of_any_legal_name_has_its_pages(
    browser: Client, account: Account, name: str
) -> None:
    make_group(account, name)
    (row,) = browser.get("/iam/groups").context["rows"]
    assert browser.get(row.url).context["group"].name == name


def test_members_come_and_go_with_an_undo(browser: Client, ops: Group, ana: User) -> None:
    assert submit(browser, f"{HERE}/users/add", name="ana").status_code == 303
    assert "ana" in text(browser.get(f"{HERE}/users"))
    browser.post(f"{HERE}/member", {"user": "ana", "state": "out"})
    assert not ana.memberships.exists()
    assert "ana was taken out of ops. Undo" in text(browser.get(f"{HERE}/users"))
    refused = submit(browser, f"{HERE}/users/add", name=["ana", "nobody"])
    assert refused.status_code == 422
    assert not ana.memberships.exists()


def test_a_groups_policies_are_attached_written_and_detached(browser: Client, ops: Group) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert submit(browser, f"{HERE}/policies/attach", arn=arn).status_code == 303
    assert ops.attachments.count() == 2
    browser.post(f"{HERE}/policies/attachment", {"arn": arn, "state": "detached"})
    assert ops.attachments.count() == 1
    assert submit(browser, f"{HERE}/inline/Own/delete").status_code == 303
    assert not ops.policies.exists()
    assert browser.get(f"{HERE}/boundary").status_code == 404


def test_a_group_is_renamed_and_moved(browser: Client, ops: Group) -> None:
    answer = submit(browser, f"{HERE}/edit", name="operators", path="/x/")
    assert answer.headers["Location"] == "/iam/groups/operators/permissions"
    ops.refresh_from_db()
    assert (ops.name, ops.path) == ("operators", "/x/")


def test_a_group_with_something_in_it_goes_when_its_name_is_typed(
    browser: Client, ops: Group, account: Account, ben: User
) -> None:
    words = text(browser.get(f"{HERE}/delete"))
    assert "Users in it 1 Attached policies 1 Inline policies 1" in words
    assert submit(browser, f"{HERE}/delete", confirm="op").status_code == 422
    assert submit(browser, f"{HERE}/delete", confirm="ops").status_code == 303
    assert not Group.objects.filter(pk=ops.pk).exists()
    assert account.iam_users.filter(pk=ben.pk).exists()
    changes = logged().filter(read_only=False).values_list("name", flat=True)
    assert set(changes) >= {
        "RemoveUserFromGroup",
        "DetachGroupPolicy",
        "DeleteGroupPolicy",
        "DeleteGroup",
    }


def test_a_part_that_is_refused_leaves_the_whole_group(
    signed_in: SignedIn, account: Account, ops: Group
) -> None:
    rights = [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:DeleteGroupPolicy", "Resource": "*"},
    ]
    browser = signed_in(make_user(account, "helper", allow=rights))
    assert submit(browser, f"{HERE}/delete", confirm="ops").status_code == 403
    assert ops.memberships.exists()
    assert ops.attachments.exists()


def test_who_is_in_it_is_shown_with_their_groups_and_since_when(
    browser: Client, ops: Group, account: Account, ben: User
) -> None:
    make_group(account, "all", ben)
    Membership.objects.filter(group=ops).update(created_at=None)
    words = text(browser.get(f"{HERE}/users"))
    assert "ben all, ops Never Not known" in words
    page = browser.get(HERE + "/users")
    assert page.context["rows"][0][0].first_groups == ["all", "ops"]
    assert "ops Readers Not known" in text(browser.get("/iam/users/ben/groups"))
    submit(browser, f"{HERE}/member", user="ana", state="in")
    assert Membership.objects.get(group=ops, user__name="ana").created_at is not None


def test_the_list_tells_on_request_when_a_group_was_last_used(
    browser: Client, signed_in: SignedIn, ops: Group, account: Account, ben: User, monkeypatch: Any
) -> None:
    make_group(account, "empty")
    submit(browser, "/preferences/tables/groups", columns=["used"])
    accesses = [("s3", "GetObject", 9), ("iam", "GetUser", 2)]
    for service, action, days in accesses:
        at = timezone.now() - timedelta(days=days)
        ids = {"account": account, "principal": ben.unique_id, "region": "us-east-1"}
        LastAccess.objects.create(service=service, action=action, time=at, **ids)
    used = {row.group.name: row.used for row in browser.get("/iam/groups").context["rows"]}
    assert (timezone.now() - used["ops"].at).days == 2
    assert used["empty"] == last_used.Use(None)
    monkeypatch.setattr(last_used, "MOST", 0)
    words = text(browser.get("/iam/groups"))
    assert "ops See last accessed" in words
    assert "empty Not in 400 days" in words
    reader = signed_in(make_user(account, "reader", allow=["iam:ListGroups"]))
    submit(reader, "/preferences/tables/groups", columns=["used"])
    assert "not shown, needs iam:GenerateServiceLastAccessedDetails" in text(
        reader.get("/iam/groups")
    )


def test_the_list_tells_on_request_when_what_a_policy_allows_was_last_used(
    browser: Client, ops: Group, account: Account, ben: User, monkeypatch: Any
) -> None:
    submit(browser, "/preferences/tables/policies", columns=["used"])
    for service, action, days in [("s3", "GetObject", 1), ("iam", "GetUser", 2)]:
        at = timezone.now() - timedelta(days=days)
        ids = {"account": account, "principal": ben.unique_id, "region": "us-east-1"}
        LastAccess.objects.create(service=service, action=action, time=at, **ids)
    make_managed_policy(account, "Unused", READ)
    page = browser.get("/iam/policies?type=custom")
    used = {row.policy.name: row.used for row in page.context["rows"]}
    assert (timezone.now() - used["Readers"].at).days == 2
    assert used["Unused"] == last_used.Use(None)
    monkeypatch.setattr(last_used, "MOST", 0)
    assert "Readers See last accessed" in text(browser.get("/iam/policies?type=custom"))
