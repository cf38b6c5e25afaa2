"""A password that must be changed, or has expired, is changed before anything else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity import passwords
from identity.models import (
    LoginProfile,
    PasswordPolicy,
    User,
)
from tests.entrance import (
    NEW,
    change,
    give_device,
    is_signed_in,
    send_password,
)
from tests.factories import PASSWORD, make_login_profile, make_policy


def test_a_forced_change_signs_in_and_ends_other_sessions(must_change: User) -> None:
    LoginProfile.objects.filter(user=must_change).update(password_reset_required=False)
    other, browser = Client(), Client()
    send_password(other, "ana")
    LoginProfile.objects.filter(user=must_change).update(password_reset_required=True)
    send_password(browser, "ana")
    assert change(browser).headers["Location"] == "/home"
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert send_password(Client(), "ana", PASSWORD).status_code == 422
    assert send_password(Client(), "ana", NEW).headers["Location"] == "/home"


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [
        ("", "", "Enter a new password."),
        ("short", "short", "minimum length of 8"),
        (NEW, "Other-horse-9", "The two passwords differ."),
        (PASSWORD, PASSWORD, "differ from the one"),
        ("Ä" * 7 + "b", "Ä" * 7 + "b", "at least 3 of these"),
    ],
)
def test_a_new_password_that_breaks_a_rule_is_refused_in_words(
    browser: Client, must_change: User, new: str, again: str, words: str
) -> None:
    send_password(browser, "ana")
    answer = change(browser, new, again)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not is_signed_in(browser)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_change_the_own_password_is_told_who_can(
    browser: Client, ben: User, method: str
) -> None:
    make_login_profile(ben, reset=True)
    send_password(browser, "ben")
    data = {"new_password": NEW, "again": NEW}
    answer = getattr(browser, method)("/sign-in/password", data)
    assert "iam:ChangePassword" in answer.content.decode()
    assert "your administrator" in answer.content.decode()
    assert passwords.verify(User.objects.get(pk=ben.pk), PASSWORD)


def test_the_account_setting_lets_every_user_change(browser: Client, ben: User) -> None:
    make_login_profile(ben, reset=True)
    PasswordPolicy.objects.create(account=ben.account, allow_users_to_change_password=True)
    send_password(browser, "ben")
    assert change(browser).status_code == 303


def test_a_permission_that_needs_mfa_sees_the_code_just_given(browser: Client, ben: User) -> None:
    make_login_profile(ben, reset=True)
    needs_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": needs_mfa}
    make_policy(ben, "mfa", [statement])
    phone = give_device(ben)
    send_password(browser, "ben")
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert change(browser).status_code == 303


@pytest.mark.parametrize("hard", [False, True])
def test_an_expired_password_is_changed_or_explained(
    browser: Client, ana: User, hard: bool
) -> None:
    PasswordPolicy.objects.create(account=ana.account, max_password_age=30, hard_expiry=hard)
    User.objects.filter(pk=ana.pk).update(password_changed_at=timezone.now() - timedelta(days=31))
    send_password(browser, "ana")
    page = browser.get("/sign-in/password").content.decode()
    assert "Your password expired on" in page
    assert ("only an administrator" in page) is hard
    assert change(browser).status_code == (200 if hard else 303)
    assert is_signed_in(browser) is not hard


def test_two_tabs_change_the_password_once(browser: Client, must_change: User) -> None:
    send_password(browser, "ana")
    other = Client()
    other.cookies["sid"] = browser.cookies["sid"].value
    assert change(browser).status_code == 303
    assert change(other, "Third-horse-9").headers["Location"] == "/sign-in"
    assert passwords.verify(User.objects.get(pk=must_change.pk), NEW)
