"""A group with users and policies from the start; a user's groups; permissions copied to a user."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity.models import Account, Group, LastAccess, User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_user,
)

NEW = "/iam/create-group"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def test_a_group_is_made_with_its_users_and_policies(
    browser: Client, account: Account, ben: User
) -> None:
    policy = make_managed_policy(account, "Edge", ADMINISTRATOR)
    done = submit(browser, NEW, name="ops", user=["ana", "ben"], arn=[policy.arn])
    assert done.headers["Location"] == "/iam/groups/ops/permissions"
    ops = Group.objects.get(account=account, name="ops")
    assert {one.user.name for one in ops.memberships.all()} == {"ana", "ben"}
    assert [one.policy for one in ops.attachments.all()] == [policy]


def test_a_group_stays_when_a_part_is_refused_and_the_part_is_tried_again(
    browser: Client, account: Account
) -> None:
    made = submit(
        browser, NEW, name="ops", user=["ana", "late"], arn=["arn:aws:iam::aws:policy/No"]
    )
    rest = made.headers["Location"]
    assert rest.endswith("/rest")
    words = text(browser.get(rest))
    assert "late User The user with name late cannot be found." in words
    assert "arn:aws:iam::aws:policy/No Policy" in words
    ops = Group.objects.get(account=account, name="ops")
    assert [one.user.name for one in ops.memberships.all()] == ["ana"]
    make_user(account, "late")
    assert submit(browser, rest).headers["Location"] == rest
    words = text(browser.get(rest))
    assert "late User" not in words
    assert "arn:aws:iam::aws:policy/No Policy" in words
    assert ops.memberships.count() == 2


def test_who_may_not_attach_policies_makes_the_group_and_reads_why(
    signed_in: SignedIn, account: Account
) -> None:
    policy = make_managed_policy(account, "Edge", ADMINISTRATOR)
    maker = make_user(account, "maker", allow=["iam:CreateGroup", "iam:GetGroup"])
    browser = signed_in(maker)
    rest = submit(browser, NEW, name="ops", arn=[policy.arn]).headers["Location"]
    assert "iam:AttachGroupPolicy" in text(browser.get(rest))
    make_policy(maker, "More", [{"Effect": "Allow", "Action": "iam:Attach*", "Resource": "*"}])
    assert submit(browser, rest).headers["Location"] == "/iam/groups/ops/permissions"
    assert Group.objects.get(account=account).attachments.get().policy == policy
    assert browser.get("/iam/create-group/nothing/rest").status_code == 410


def test_an_unfinished_group_is_offered_again(browser: Client) -> None:
    kept = submit(browser, NEW, filter="users", name="ops", user=["ana"]).headers["Location"]
    page = browser.get(NEW)
    assert "Continue creating ops" in text(page)
    assert f'href="{kept}"' in page.content.decode()
    browser.post(f"{kept}/discard")
    assert "Continue creating" not in text(browser.get(NEW))


def test_the_filters_keep_who_and_what_was_chosen(
    browser: Client, account: Account, ben: User
) -> None:
    policy = make_managed_policy(account, "Edge", ADMINISTRATOR)
    sent = {"name": "ops", "user": ["ben"], "arn": [policy.arn], "u": "an", "q": "Read"}
    again = submit(browser, NEW, filter="users", **sent).headers["Location"]
    assert again.startswith(f"{NEW}/")
    assert again.endswith("?q=Read&u=an")
    page = browser.get(again).content.decode()
    for kept in ('aria-label="ben" checked', f'value="{policy.arn}" checked', 'value="ops"'):
        assert kept in page
    assert 'aria-label="ana"' in page
    words = text(browser.get(again))
    assert "Whoever is in this group will be able to do: Everything in this account" in words
    assert "Chosen so far: users 1, policies 1." in words
    assert submit(browser, again, name="ops", user=["ben"]).status_code == 303


def test_who_may_not_list_users_makes_a_group_all_the_same(
    signed_in: SignedIn, account: Account
) -> None:
    maker = signed_in(make_user(account, "maker", allow=["iam:CreateGroup", "iam:GetGroup"]))
    assert "Needs iam:ListUsers" in text(maker.get(NEW))
    assert submit(maker, NEW, name="ops").status_code == 303


def test_the_groups_of_a_user_with_what_each_allows(
    browser: Client, account: Account, ben: User
) -> None:
    ops = make_group(account, "ops", ben)
    attach(ops, make_managed_policy(account, "Edge", ADMINISTRATOR))
    words = text(browser.get("/iam/users/ben/groups"))
    assert "ops Edge" in words
    assert "1 of 10" in words
    assert "In no group" in text(browser.get("/iam/users/ana/groups"))


def test_a_group_was_last_used_when_one_of_its_members_last_did_anything(
    browser: Client, account: Account, ben: User
) -> None:
    make_group(account, "ops", ben)
    assert "Last used Not in 400 days" in text(browser.get("/iam/groups/ops/permissions"))
    LastAccess.objects.create(
        account=account,
        principal=ben.unique_id,
        service="iam",
        action="GetUser",
        time=timezone.now() - timedelta(days=3),
    )
    assert "Last used 3 days ago" in text(browser.get("/iam/groups/ops/permissions"))


# --- copying ---------------------------------------------------------------------------------

COPY = "/iam/users/ben/policies/copy"


@pytest.fixture
def bob(account: Account) -> User:
    bob = make_user(account, "bob", allow=["s3:GetObject"])
    attach(bob, make_managed_policy(account, "Edge", ADMINISTRATOR))
    make_group(account, "ops", bob)
    return bob


def test_what_will_be_copied_is_shown_and_then_copied(
    browser: Client, bob: User, ben: User
) -> None:
    words = text(browser.get(f"{COPY}?from=bob"))
    assert all(part in words for part in ("ops", "Edge", "test"))
    done = submit(browser, f"{COPY}?from=bob", copied_from="bob")
    assert done.headers["Location"] == "/iam/users/ben/permissions"
    assert ben.policies.get().document == bob.policies.get().document
    assert ben.attachments.get().policy.name == "Edge"
    assert ben.memberships.get().group.name == "ops"
    assert "Nothing to copy" in text(browser.get(f"{COPY}?from=bob"))


def test_an_inline_policy_of_the_same_name_stays_as_it_is(
    browser: Client, bob: User, ben: User
) -> None:
    own = make_policy(ben, "test", ADMINISTRATOR)
    assert "a policy of this name is there" in text(browser.get(f"{COPY}?from=bob"))
    submit(browser, f"{COPY}?from=bob", copied_from="bob")
    assert ben.policies.get().document == own.document


def test_nobody_of_that_name_is_said_and_nothing_changes(browser: Client, ben: User) -> None:
    assert "nobody cannot be found" in text(browser.get(f"{COPY}?from=nobody"))
    assert submit(browser, COPY, copied_from="nobody").status_code == 422


def test_copying_takes_the_rights_of_each_part(
    signed_in: SignedIn, account: Account, bob: User, ben: User
) -> None:
    reads = ["iam:Get*", "iam:List*", "iam:AttachUserPolicy", "iam:PutUserPolicy"]
    helper = signed_in(make_user(account, "helper", allow=reads))
    assert submit(helper, f"{COPY}?from=bob", copied_from="bob").status_code == 403
    assert not ben.attachments.exists()
