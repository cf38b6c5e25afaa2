"""The first run: for the operator only, once, and with nothing known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from console import setup_token
from identity.models import Account, LoginProfile, User
from tests.console.pages import hidden, submit, text
from tests.entrance import is_signed_in, send_password, send_root_password
from tests.events import logged
from tests.factories import PASSWORD, make_account

ANSWERS = {
    "name": "Acme",
    "alias": "acme",
    "email": "root@acme.test",
    "password": PASSWORD,
    "again": PASSWORD,
    "administrator": "on",
}
OUTSIDE = "203.0.113.9"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_the_root_address_leads_to_setup_until_there_is_an_account() -> None:
    assert Client().get("/").headers["Location"] == "/setup"
    make_account()
    assert Client().get("/").headers["Location"] == "/sign-in"


def test_the_checks_come_first() -> None:
    answer = Client(headers={"host": "127.0.0.1:8000"}).get("/setup")
    assert answer.status_code == 200
    assert "Reachable and up to date" in text(answer)
    assert "This machine only" in text(answer)
    assert "Create the first account" in text(answer)


def test_an_address_that_differs_from_the_setting_is_named() -> None:
    assert "Set BARTIZAN_BASE_URL to http://localhost" in text(
        Client(headers={"host": "localhost"}).get("/setup")
    )


def test_setting_up_makes_account_root_and_administrator_and_signs_root_in() -> None:
    browser = Client()
    answer = submit(browser, "/setup/account", **ANSWERS)
    assert answer.status_code == 303
    account = Account.objects.get()
    assert (account.name, account.alias) == ("Acme", "acme")
    page = browser.get(answer.headers["Location"])
    assert page.status_code == 200
    assert account.id in text(page)
    assert "/sign-in/acme" in text(page)
    assert is_signed_in(browser)
    admin = User.objects.get(name="admin")
    assert LoginProfile.objects.get(user=admin).password_reset_required
    assert set(logged().values_list("name", flat=True)) >= {
        "CreateAccount",
        "CreateUser",
        "CreateLoginProfile",
        "AttachUserPolicy",
        "ConsoleLogin",
    }


def test_the_administrators_password_works_is_shown_again_on_reload_and_gone_when_done() -> None:
    browser = Client()
    address = submit(browser, "/setup/account", **ANSWERS).headers["Location"]
    shown = browser.get(address).content.decode()
    password = shown.split('translate="no">')[1].split("<")[0].replace("&#x27;", "'")
    password = password.replace("&amp;", "&")
    assert browser.get(address).content.decode().count('translate="no">') == 1
    assert (
        send_password(Client(), "admin", password, "acme")
        .headers["Location"]
        .endswith("/sign-in/password")
    )
    assert browser.post(address).headers["Location"] == "/setup/done"
    assert "no longer shown" in text(browser.get(address))
    assert password not in str([event.describe() for event in logged()])


def test_without_the_administrator_there_is_only_root() -> None:
    browser = Client()
    answer = submit(browser, "/setup/account", **{**ANSWERS, "administrator": ""})
    assert answer.headers["Location"] == "/setup/done"
    assert User.objects.count() == 1
    assert send_root_password(Client(), "root@acme.test").headers["Location"] == "/home"


def test_demonstration_data_is_another_account() -> None:
    browser = Client()
    answer = submit(browser, "/setup/account", **ANSWERS, demonstration="on")
    assert "demo-credentials.txt" in text(browser.get(answer.headers["Location"]))
    assert Account.objects.count() == 2


def test_demonstration_data_that_cannot_be_loaded_undoes_everything() -> None:
    answers = {**ANSWERS, "email": "root@example.com", "demonstration": "on"}
    answer = submit(Client(), "/setup/account", **answers)
    assert answer.status_code == 422
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter a name for the account."),
        ("name", "<b>", "printable ASCII"),
        ("alias", "-a-", "single hyphens"),
        ("alias", "mfa", "single hyphens"),
        ("alias", "111122223333", "single hyphens"),
        ("email", "nobody", "5 to 64 characters"),
        ("email", "", "root user's e-mail"),
        ("password", "short", "The two passwords differ."),
        ("again", "", "Type the password again."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(field: str, value: str, words: str) -> None:
    answer = submit(Client(), "/setup/account", **{**ANSWERS, field: value})
    assert answer.status_code == 422
    assert words in text(answer)
    assert answer.content.decode().count("<title>Error: ") == 1
    assert PASSWORD not in answer.content.decode()
    assert not Account.objects.exists()


def test_a_weak_root_password_is_refused_in_words() -> None:
    answer = submit(Client(), "/setup/account", **{**ANSWERS, "password": "aaaa", "again": "aaaa"})
    assert "8 to 128 characters" in text(answer)
    assert not Account.objects.exists()


@pytest.mark.parametrize("page", ["/setup", "/setup/account", "/setup/done", "/setup/done/x"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_afterwards_setup_is_gone_and_names_the_sign_in_page(page: str, method: str) -> None:
    make_account()
    answer = getattr(Client(), method)(page, ANSWERS if method == "post" else {})
    assert answer.status_code == 410
    assert 'href="/sign-in"' in answer.content.decode()
    assert Account.objects.count() == 1


# --- who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/setup", "/setup/account"])
def test_from_outside_the_token_is_asked_for(page: str) -> None:
    browser = Client(REMOTE_ADDR=OUTSIDE)
    for answer in (browser.get(page), browser.post(page, ANSWERS)):
        assert "setup-token.txt" in text(answer)
        assert setup_token.read() not in answer.content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "ä"])
def test_a_wrong_token_opens_nothing(token: str) -> None:
    browser = Client(REMOTE_ADDR=OUTSIDE)
    assert browser.post("/setup", {"token": token}).status_code == 422
    browser.get("/setup", {"token": token})
    assert "setup-token.txt" in text(browser.get("/setup/account"))


def test_the_token_opens_setup_for_its_browser_and_leaves_the_address() -> None:
    browser = Client(REMOTE_ADDR=OUTSIDE)
    answer = browser.get("/setup", {"token": setup_token.read()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")
    assert submit(browser, "/setup/account", **ANSWERS).status_code == 303
    assert Account.objects.exists()


def test_the_token_is_in_a_private_file_and_removed_with_the_first_account(
    data_dir: Path,
) -> None:
    setup_token.read()
    file = data_dir / "setup-token.txt"
    assert file.stat().st_mode & 0o777 == 0o600
    submit(Client(), "/setup/account", **ANSWERS)
    assert not file.exists()


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_what_came_through_a_proxy_is_not_local(header: str) -> None:
    browser = Client(headers={header: "127.0.0.1"})
    assert "setup-token.txt" in text(browser.get("/setup"))


def test_a_console_with_a_public_address_trusts_no_loopback(settings: Any) -> None:
    settings.LOOPBACK = False
    assert "setup-token.txt" in text(Client().get("/setup"))


def test_the_form_is_refused_without_its_token() -> None:
    assert Client().post("/setup/account", ANSWERS).status_code == 422
    assert not Account.objects.exists()


# --- races -------------------------------------------------------------------------------------


def test_a_form_opened_before_the_other_was_sent_is_too_late() -> None:
    late, early = Client(), Client()
    tokens = hidden(late.get("/setup/account"))
    submit(early, "/setup/account", **ANSWERS)
    other = {**tokens, **ANSWERS, "email": "evil@example.test", "alias": "evil"}
    assert late.post("/setup/account", other).status_code == 410
    assert Account.objects.count() == 1


def test_nobody_else_sees_the_page_that_shows_the_password() -> None:
    address = submit(Client(), "/setup/account", **ANSWERS).headers["Location"]
    assert Client().get(address).status_code == 410
    root = Client()
    send_root_password(root, "root@acme.test")
    assert root.get(address).status_code == 410


def test_tests_run_as_on_loopback() -> None:
    assert django_settings.LOOPBACK
