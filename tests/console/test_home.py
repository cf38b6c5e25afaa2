"""Home and the dashboard: for everybody what they may see, and only ways that lead somewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.recommendations import COUNTED_UP_TO
from identity.models import AccessKey, Account, LoginProfile, PasswordPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.console.test_user_credentials import make_device
from tests.factories import make_key, make_policy, make_user

PAGES = ("/home", "/iam", "/iam/users")


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def sentences(response: Any) -> dict[str, str]:
    """The dashboard's recommendations: sentence to the kind of its status."""
    return {row.sentence: row.kind for row in response.context["recommendations"]}


@pytest.mark.parametrize("url", PAGES)
def test_no_link_is_dead(browser: Client, ben: User, url: str) -> None:
    page = browser.get(url)
    for link in re.findall(r'<a[^>]* href="(/[^"#]*)', page.content.decode()):
        assert browser.get(link).status_code in (200, 301, 302, 303), link


@pytest.mark.parametrize("url", PAGES)
def test_signed_out_every_page_leads_to_the_sign_in(client: Client, db: None, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_who_may_nothing_is_told_whom_to_ask(signed_in: SignedIn, ben: User) -> None:
    words = text(signed_in(ben).get("/home"))
    assert "You have no permissions here yet. Ask your administrator." in words
    assert "Recent activity by you" not in words


def test_home_says_who_one_is_and_since_when(browser: Client, ana: User) -> None:
    words = text(browser.get("/home"))
    assert ana.arn in words
    assert "from 192.0.2.7" in words
    assert "You have no permissions" not in words


def test_home_asks_for_what_is_missing_and_only_that(browser: Client, ana: User) -> None:
    assert "No MFA" in text(browser.get("/home"))
    make_device(ana, "phone")
    assert "Nothing to do" in text(browser.get("/home"))
    PasswordPolicy.objects.create(account=ana.account, max_password_age=90)
    User.objects.filter(pk=ana.pk).update(password_changed_at=timezone.now() - timedelta(days=80))
    assert "Password expires soon" in text(browser.get("/home"))


def test_roots_credentials_come_first(browser: Client, root: User) -> None:
    before = browser.get("/iam")
    kinds = [row.kind for row in before.context["recommendations"]][:2]
    assert kinds == ["err", "ok"]
    make_key(root)
    make_device(root, "root-phone")
    after = sentences(browser.get("/iam"))
    assert after["The root user has MFA."] == "ok"
    assert "err" in after.values()


def test_passwords_without_mfa_and_old_keys_are_counted(
    browser: Client, account: Account, ben: User
) -> None:
    LoginProfile.objects.create(user=ben)
    make_key(ben)
    make_key(ben, active=False)
    AccessKey.objects.update(created_at=timezone.now() - timedelta(days=91))
    shown = sentences(browser.get("/iam"))
    assert shown["1 user has a console password but no MFA."] == "warn"
    assert shown["1 active access key is older than 90 days."] == "warn"
    make_device(ben, "phone")
    assert "Every user with a console password has MFA." in sentences(browser.get("/iam"))


def test_a_large_account_is_not_counted_through(browser: Client, account: Account) -> None:
    Account.objects.update(user_count=COUNTED_UP_TO + 1)
    assert len(sentences(browser.get("/iam"))) == 3


def test_nothing_is_counted_for_who_may_not_read_it(signed_in: SignedIn, ben: User) -> None:
    answer = signed_in(ben).get("/iam")
    assert answer.status_code == 200
    assert len(sentences(answer)) == 1
    words = text(answer)
    assert "You may not get account summary. Needs iam:GetAccountSummary." in words
    assert "You may not list account aliases. Needs iam:ListAccountAliases." in words
    assert "Recent changes" not in words


def test_the_resources_are_shown_against_their_quota(browser: Client, ben: User) -> None:
    assert re.search(r"Users 2 of \d+", text(browser.get("/iam")))


def test_the_latest_changes_are_shown_to_who_may_read_the_log(
    browser: Client, signed_in: SignedIn, account: Account
) -> None:
    browser.post("/iam/create-user")
    make_policy(make_user(account, "dana"), "x", [])
    reader = make_user(account, "reader", allow=["cloudtrail:LookupEvents"])
    step2 = submit(
        browser, "/iam/create-user", name="eve", path="/", access="none", password_kind="generated"
    )
    submit(browser, step2.headers["Location"], grant="nothing")
    words = text(signed_in(reader).get("/iam"))
    assert "CreateUser ana Done just now" in words


def test_the_account_is_shown_with_its_sign_in_address(browser: Client, account: Account) -> None:
    words = text(browser.get("/iam"))
    assert account.id in words
    assert "/sign-in/example" in words
