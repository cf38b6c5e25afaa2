"""Root's own page: the account's name, another e-mail address by a code, and what it leads to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mail
from django.test import Client

from console import post
from identity import journal
from identity.models import User
from tests.console.conftest import sign_in
from tests.console.pages import hidden, submit, text
from tests.entrance import is_signed_in, later, send_root_password
from tests.events import logged
from tests.factories import make_account

pytestmark = pytest.mark.django_db

OLD, NEW = "root@example.test", "Owner@example.test"
EMAIL, CODE = "/me/root/email", "/me/root/email/code"


@pytest.fixture(autouse=True)
def with_mail(settings: Any) -> None:
    settings.MAIL = True


@pytest.fixture
def browser(root: User) -> Client:
    return sign_in(root)


def code_for(browser: Client, new: str = NEW) -> str:
    assert submit(browser, EMAIL, email=new).headers["Location"] == CODE
    post.work()
    (letter,) = [one for one in sent_mail.outbox if one.to == [new]]
    found = re.search(r"^[A-Z0-9]{6}$", str(letter.body), re.MULTILINE)
    assert found
    return found.group()


def enter(browser: Client, code: str) -> Any:
    return browser.post(CODE, {**hidden(browser.get(CODE)), "code": code})


@pytest.mark.parametrize("page", ["", "/name", "/email", "/email/code"])
def test_nobody_but_root_sees_the_pages(ana: User, page: str) -> None:
    assert sign_in(ana).get(f"/me/root{page}").status_code == 403
    assert sign_in(ana).post(f"/me/root{page}").status_code in (403, 405)


def test_the_page_leads_to_everything_that_root_alone_can_do(browser: Client) -> None:
    page = browser.get("/me/root")
    shown = text(page)
    assert OLD in shown
    for there in ("/me/root/name", EMAIL, "/me/password", "/iam/account-settings/close"):
        assert f'href="{there}"' in page.content.decode()
    assert 'href="/me/root"' in browser.get("/home").content.decode()


def test_the_account_gets_another_name(browser: Client, root: User) -> None:
    assert submit(browser, "/me/root/name", name="Harbour Mill").status_code == 303
    root.account.refresh_from_db()
    assert root.account.name == "Harbour Mill"
    assert logged().get().name == "PutAccountName"
    refused = submit(browser, "/me/root/name", name="<b>")
    assert refused.status_code == 422


def test_a_code_to_the_new_address_changes_it_and_both_are_told(
    browser: Client, root: User
) -> None:
    code = code_for(browser)
    root.refresh_from_db()
    assert root.email == OLD
    assert any(one.to == [OLD] and NEW in str(one.body) for one in sent_mail.outbox)
    assert enter(browser, f" {code.lower()} ").headers["Location"] == "/me/root"
    root.refresh_from_db()
    assert root.email == NEW
    post.work()
    assert sent_mail.outbox[-1].to == [OLD]
    again = Client()
    send_root_password(again, NEW.upper())
    assert is_signed_in(again)
    names = list(logged().values_list("name", flat=True))
    assert "EmailUpdated" in names
    assert not any(code in str(event.request_parameters) for event in logged())


def test_five_wrong_codes_end_the_change(browser: Client, root: User) -> None:
    code = code_for(browser)
    for _ in range(5):
        assert enter(browser, "AAAAAA" if code != "AAAAAA" else "BBBBBB").status_code in (422, 303)
    assert enter(browser, code).headers["Location"] == EMAIL
    root.refresh_from_db()
    assert root.email == OLD


def test_the_code_ends_after_a_day(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    code = code_for(browser)
    later(monkeypatch, timedelta(hours=24, seconds=1))
    assert enter(sign_in(User.objects.get(is_root=True)), code).headers["Location"] == EMAIL


def test_an_address_of_another_root_is_refused_only_to_who_reads_its_mail(
    browser: Client, root: User
) -> None:
    make_account("Partner", NEW)
    code = code_for(browser)
    refused = enter(browser, code)
    assert refused.status_code == 422
    root.refresh_from_db()
    assert root.email == OLD


def test_the_change_can_be_dropped(browser: Client) -> None:
    code = code_for(browser)
    browser.post(CODE, {**hidden(browser.get(CODE)), "forget": "1"})
    assert enter(browser, code).headers["Location"] == EMAIL


def test_without_mail_the_address_is_changed_at_once(
    browser: Client, root: User, settings: Any
) -> None:
    settings.MAIL = False
    assert "is not checked" in text(browser.get(EMAIL))
    assert submit(browser, EMAIL, email=NEW).headers["Location"] == "/me/root"
    root.refresh_from_db()
    assert root.email == NEW
    journal.drain()


@pytest.mark.parametrize("wrong", ["x", "x@y", "a b@example.test", "x" * 60 + "@example.test", OLD])
def test_what_is_no_new_address_is_refused(browser: Client, wrong: str) -> None:
    assert submit(browser, EMAIL, email=wrong).status_code == 422
