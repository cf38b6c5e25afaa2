"""What a new user gets in the wizard: groups, another user's permissions, tags; and the review."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from identity.models import Account, Group, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.console.test_create_user import GENERATED, WITHOUT, create, to_permissions
from tests.factories import ADMINISTRATOR, attach, make_group, make_managed_policy, make_user


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def ops(account: Account) -> Group:
    group = make_group(account, "ops")
    attach(group, make_managed_policy(account, "ReadReports", ADMINISTRATOR))
    return group


def groups_of(account: Account, name: str) -> list[str]:
    return [one.group.name for one in account.iam_users.named(name).get().memberships.all()]


def test_a_user_with_a_password_joins_a_group_in_the_clicks_of_t3(
    browser: Client, ops: Group, account: Account
) -> None:
    step2 = to_permissions(browser, GENERATED)
    assert "ReadReports" in text(browser.get(step2))
    done = submit(browser, step2, grant="nothing", groups=["ops"])
    page = done.headers["Location"]
    assert "Password" in text(browser.get(page))
    file = browser.get(f"{page}/csv")
    assert file.content.decode().splitlines()[0] == "User name,Password,Console sign-in URL"
    assert "no-store" in file.headers["Cache-Control"]
    assert groups_of(account, "dana") == ["ops"]


def test_another_users_permissions_are_copied(
    browser: Client, ops: Group, account: Account
) -> None:
    bob = make_user(account, "bob", allow=["s3:GetObject"])
    attach(bob, make_managed_policy(account, "Own", ADMINISTRATOR))
    ops.memberships.create(user=bob)
    create(browser, WITHOUT, copied_from="bob")
    dana = account.iam_users.named("dana").get()
    assert groups_of(account, "dana") == ["ops"]
    assert [one.policy.name for one in dana.attachments.all()] == ["Own"]
    assert dana.policies.get().document == bob.policies.get().document


@pytest.mark.parametrize(
    "wrong", [{"copied_from": "nobody"}, {"tags": "no equals"}, {"groups": ["gone"]}]
)
def test_what_cannot_be_given_creates_nobody(
    browser: Client, account: Account, wrong: dict[str, Any]
) -> None:
    step2 = to_permissions(browser, WITHOUT)
    assert submit(browser, step2, grant="nothing", **wrong).status_code == 422
    assert not account.iam_users.named("dana").exists()


def test_the_review_shows_everything_and_creates_once(
    browser: Client, ops: Group, account: Account
) -> None:
    step2 = to_permissions(browser, WITHOUT)
    to_review = submit(browser, step2, grant="nothing", groups=["ops"], tags="team=red", review="1")
    page = to_review.headers["Location"]
    assert page.endswith("/review")
    words = text(browser.get(page))
    assert "ops" in words
    assert "team=red" in words
    assert not account.iam_users.named("dana").exists()
    assert "team=red" in browser.get(step2).content.decode()
    fields = hidden(browser.get(page))
    first, second = (browser.post(page, fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    dana = account.iam_users.named("dana").get()
    assert dana.tags.get().value == "red"
    assert groups_of(account, "dana") == ["ops"]
