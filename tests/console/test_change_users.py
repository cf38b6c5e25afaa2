"""Several users at once: who is changed, who is not and why, and what is typed before."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from identity.models import AccessKey, Account, LoginProfile, Membership, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.events import logged
from tests.factories import make_group, make_key, make_login_profile, make_user


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def three(account: Account) -> list[User]:
    return [make_user(account, name) for name in ("dana", "eve", "finn")]


def tick(browser: Client, action: str, *users: User) -> str:
    """Tick these users and press the button; where it leads."""
    ids = [user.unique_id for user in users]
    answer: Any = browser.post("/iam/change-users", {"action": action, "user": ids})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_three_users_are_deleted_when_3_users_is_typed(
    browser: Client, three: list[User], account: Account
) -> None:
    make_key(three[0])
    page = tick(browser, "delete", *three)
    refused = submit(browser, page, confirm="dana")
    assert refused.status_code == 422
    assert account.iam_users.count() == 4
    done = submit(browser, page, confirm="3 USERS")
    assert "3 of 3 done." in text(browser.get(done.headers["Location"]))
    assert [user.name for user in account.iam_users] == ["ana"]
    assert logged().filter(name="DeleteUser").count() == 3


def test_one_user_alone_is_deleted_on_the_page_of_that_user(
    browser: Client, three: list[User]
) -> None:
    assert tick(browser, "delete", three[0]) == "/iam/users/dana/delete"


def test_nobody_is_deleted_with_oneself_and_the_others_are(
    browser: Client, three: list[User], ana: User, account: Account
) -> None:
    page = tick(browser, "delete", ana, *three)
    assert "This is you" in text(browser.get(page))
    words = text(browser.get(submit(browser, page, confirm="4 users").headers["Location"]))
    assert "3 of 4 done." in words
    assert "You cannot delete yourself." in words
    assert [user.name for user in account.iam_users] == ["ana"]


def test_users_join_groups_together(browser: Client, three: list[User], account: Account) -> None:
    make_group(account, "ops")
    make_group(account, "dev")
    page = tick(browser, "groups", *three)
    assert submit(browser, page).status_code == 422
    done = submit(browser, page, name=["ops", "dev"])
    assert "3 of 3 done." in text(browser.get(done.headers["Location"]))
    assert Membership.objects.count() == 6


def test_a_new_password_is_required_of_those_who_have_one(
    browser: Client, three: list[User]
) -> None:
    make_login_profile(three[0])
    page = tick(browser, "password", *three[:2])
    words = text(browser.get(submit(browser, page).headers["Location"]))
    assert "1 of 2 done." in words
    assert "Login Profile for User eve cannot be found." in words
    assert LoginProfile.objects.get(user=three[0]).password_reset_required
    assert User.objects.get(pk=three[0].pk).must_change_password


def test_keys_are_deactivated_and_the_list_knows(browser: Client, three: list[User]) -> None:
    make_key(three[0])
    page = tick(browser, "keys", *three)
    assert "1 access key stops working" in text(browser.get(page))
    submit(browser, page)
    assert not AccessKey.objects.get().active
    assert User.objects.get(pk=three[0].pk).oldest_active_key_at is None


def test_each_user_is_changed_by_the_callers_own_rights_and_refusals_say_so(
    signed_in: SignedIn, account: Account, three: list[User]
) -> None:
    own = f"arn:aws:iam::{account.id}:user/dana"
    allow = [
        {"Effect": "Allow", "Action": ["iam:ListUsers", "iam:GetUser"], "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:*", "Resource": own},
    ]
    lead = signed_in(make_user(account, "lead", allow=allow))
    page = tick(lead, "delete", *three)
    # The button is off for who may not delete everybody, and the server decides for each.
    words = text(lead.get(submit(lead, page, confirm="3 users").headers["Location"]))
    assert "1 of 3 done." in words
    assert "iam:" in words
    assert not account.iam_users.named("dana").exists()


def test_users_of_another_account_are_not_among_the_ticked(
    browser: Client, cleo: User, three: list[User]
) -> None:
    assert "cleo" not in text(browser.get(tick(browser, "keys", cleo, three[0])))
    assert tick(browser, "keys", cleo) == "/iam/users"
    assert tick(browser, "evil", three[0]) == "/iam/users"


def test_the_form_sent_twice_changes_once(browser: Client, three: list[User]) -> None:
    page = tick(browser, "keys", *three)
    first = browser.get(page)
    answers = [browser.post(page, hidden(first)) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
