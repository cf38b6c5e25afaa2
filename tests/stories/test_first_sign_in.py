"""From an empty server to an administrator at work, and a new colleague's first morning."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from identity import journal
from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client as Sdk
from identity.models import Account, User
from tests.console.pages import submit, text
from tests.entrance import WRONG, give_device, is_signed_in
from tests.events import logged
from tests.factories import PASSWORD

ADMINS_OWN = "Purple-giraffe-11"
DANAS_OWN = "Yellow-ostrich-12"


@pytest.mark.django_db
def test_from_an_empty_server_to_a_colleagues_first_sign_in(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    admin_password = set_up(Client())
    admin = Client()
    first_sign_in(admin, "admin", admin_password, ADMINS_OWN)
    assert "admin @ acme" in admin.get("/home").content.decode()

    given = "Given-by-admin-1"
    make_dana(given)
    dana = Client()
    mistype(dana)
    first_sign_in(dana, "dana", given, DANAS_OWN)
    assert (
        Client().post("/sign-in/acme", {"username": "dana", "password": given}).status_code == 422
    ), "the password that the administrator knew is dead"

    with_mfa(dana)
    assert recorded("ConsoleLogin", "dana") == ["Failure", "Success", "Failure", "Success"]


def set_up(browser: Client) -> str:
    """The operator makes the account; returns the administrator's one-time password."""
    assert browser.get("/").headers["Location"] == "/setup"
    assert "Create the first account" in text(browser.get("/setup"))
    answer = submit(
        browser,
        "/setup/account",
        name="Acme",
        alias="acme",
        email="root@acme.test",
        password=PASSWORD,
        again=PASSWORD,
        administrator="on",
    )
    page = browser.get(answer.headers["Location"]).content.decode()
    shown = re.search(r'<output[^>]*translate="no">([^<]+)<', page)
    assert shown
    return unescape(shown.group(1))


def first_sign_in(browser: Client, name: str, given: str, own: str) -> None:
    """Choose the account, give the password one was handed, choose one's own."""
    answer = browser.post("/sign-in", {"account": "acme"})
    answer = browser.post(answer.headers["Location"], {"username": name, "password": given})
    assert answer.headers["Location"] == "/sign-in/password"
    assert browser.get("/home").status_code == 302, "not signed in before the change"
    answer = browser.post("/sign-in/password", {"new_password": own, "again": own})
    assert answer.headers["Location"] == "/home"
    assert "Your password was changed." in text(browser.get("/home"))
    assert is_signed_in(browser)


def make_dana(password: str) -> None:
    iam: Any = Sdk(Caller(User.objects.get(name="admin")), Facts(), "iam")
    iam.create_user(UserName="dana")
    iam.create_login_profile(UserName="dana", Password=password, PasswordResetRequired=True)
    iam.update_account_password_policy(AllowUsersToChangePassword=True)


def mistype(browser: Client) -> None:
    answer = browser.post("/sign-in/acme", {"username": "dana", "password": WRONG})
    assert answer.status_code == 422
    assert "not right for this account" in text(answer)


def with_mfa(browser: Client) -> None:
    """The next day: sign out, sign in with password and code, back at the page asked for."""
    phone = give_device(User.objects.get(name="dana"))
    browser.post("/sign-out")
    assert "acme" in text(browser.get("/sign-in")), "this device remembers the account"
    answer = browser.post(
        "/sign-in/acme?next=/iam/users", {"username": "dana", "password": DANAS_OWN}
    )
    assert answer.headers["Location"] == "/sign-in/mfa/app"
    answer = browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert answer.headers["Location"] == "/iam/users"
    assert browser.get("/iam/users").status_code == 403, "dana may not list users"


def recorded(name: str, user_name: str) -> list[str]:
    journal.drain()
    account = Account.objects.get(alias="acme")
    found = logged().filter(account=account, name=name, user_name=user_name).order_by("time")
    return [(event.response_elements or {})[name] for event in found]
