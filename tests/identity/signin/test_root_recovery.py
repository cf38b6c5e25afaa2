"""A lost root password: a link by mail that works once, and tells nobody whose address it is."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core import mail as sent_mail
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console import post
from identity import mail, root_recovery
from identity.facts import Facts
from identity.models import Mail, RootRecovery, User
from tests.console.pages import text
from tests.entrance import (
    NEW,
    give_device,
    is_signed_in,
    later,
    send_root_password,
    without_tokens,
)
from tests.events import logged
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

ASK = "/sign-in/root/forgot"
ROOT = "root@example.test"


@pytest.fixture(autouse=True)
def with_mail(settings: Any) -> None:
    settings.MAIL = True
    settings.DEFAULT_FROM_EMAIL = "iam@example.test"


def ask(email: str = ROOT, browser: Client | None = None) -> Any:
    return (browser or Client()).post(ASK, {"email": email})


def link() -> str:
    """The address in the newest letter that was sent."""
    post.work()
    found = re.search(r"/sign-in/root/reset/[\w-]+", str(sent_mail.outbox[-1].body))
    assert found
    return found.group()


def choose(address: str, new: str = NEW, browser: Client | None = None) -> Any:
    return (browser or Client()).post(address, {"new_password": new, "again": new})


def names() -> list[str]:
    return list(logged().order_by("time", "id").values_list("name", flat=True))


def test_the_link_sets_a_new_password_and_ends_every_session_of_root(root: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(root)
    ask()
    address = link()
    assert sent_mail.outbox[-1].to == [ROOT]
    assert ROOT in Client().get(address).content.decode()
    answer = choose(address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/root")
    root.refresh_from_db()
    assert check_password(NEW, root.password)
    assert not is_signed_in(elsewhere)
    browser = Client()
    send_root_password(browser, ROOT, NEW)
    assert is_signed_in(browser)
    assert names()[:2] == [root_recovery.REQUESTED, root_recovery.COMPLETED]


def test_a_notice_goes_to_root_after_the_change(root: User) -> None:
    ask()
    choose(link())
    post.work()
    assert "was changed" in sent_mail.outbox[-1].subject
    assert sent_mail.outbox[-1].to == [ROOT]


def test_the_link_works_once(root: User) -> None:
    ask()
    address = link()
    choose(address)
    again = choose(address, "Third-horse-9")
    assert again.status_code == 410
    assert "Send a new one" in text(again)
    root.refresh_from_db()
    assert check_password(NEW, root.password)


def test_opening_the_link_uses_nothing_up(root: User) -> None:
    ask()
    address = link()
    assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 200]


def test_the_link_ends_after_fifteen_minutes(root: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ask()
    address = link()
    later(monkeypatch, timedelta(minutes=15, seconds=1))
    assert Client().get(address).status_code == 410


def test_the_link_ends_with_the_password_that_it_was_to_replace(root: User) -> None:
    ask()
    address = link()
    root.set_password("Changed-otherwise-1")
    root.save()
    assert Client().get(address).status_code == 410


def test_known_and_unknown_addresses_are_answered_alike_and_after_the_same_work(
    root: User,
) -> None:
    def asked(email: str) -> tuple[str, int, set[str]]:
        browser = Client()
        with CaptureQueriesContext(connections["default"]) as queries:
            answer = ask(email, browser)
        return without_tokens(answer), len(queries), set(browser.cookies)

    known, unknown = asked(ROOT), asked("nobody@example.test")
    assert known == unknown
    assert "If that address belongs to a root user, we have sent a link." in known[0]
    post.work()
    assert [letter.to for letter in sent_mail.outbox] == [[ROOT]]
    assert RootRecovery.objects.count() == 1


def test_a_mailbox_is_not_filled_by_strangers(root: User) -> None:
    for _ in range(5):
        ask()
        post.work()
    assert len(sent_mail.outbox) == 3


@pytest.mark.parametrize("email", [ROOT, "nobody@example.test"])
def test_asking_too_often_has_to_wait_whoever_is_meant(root: User, email: str) -> None:
    for _ in range(5):
        ask(email)
    refused = ask(email)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]


def test_mfa_is_asked_as_before(root: User) -> None:
    give_device(root)
    ask()
    choose(link())
    browser = Client()
    assert send_root_password(browser, ROOT, NEW).headers["Location"] == "/sign-in/mfa/app"
    assert not is_signed_in(browser)


def test_a_weak_password_is_refused_and_the_link_stays_good(root: User) -> None:
    ask()
    address = link()
    refused = choose(address, "short")
    assert refused.status_code == 422
    assert "short" not in refused.content.decode().replace("passwordrules", "")
    assert choose(address).status_code == 303


def test_a_made_up_link_opens_nothing(root: User) -> None:
    assert Client().get("/sign-in/root/reset/x").status_code == 410
    assert choose("/sign-in/root/reset/" + "a" * 43).status_code == 410


def test_without_mail_nothing_is_written_and_the_page_says_what_to_do(
    root: User, settings: Any
) -> None:
    settings.MAIL = False
    answer = ask()
    assert "manage.py reset_root_password" in text(answer)
    mail.write(root.account, ROOT, "password_changed", facts=Facts())
    assert not RootRecovery.objects.exists()
    assert not Mail.objects.exists()


def test_what_waits_holds_no_link_in_the_clear(root: User) -> None:
    ask()
    root_recovery.answer_all()
    assert b"reset" not in bytes(Mail.objects.get().sealed)
    assert len(str(RootRecovery.objects.get().token_hash)) == 64


def test_a_server_that_is_away_is_asked_again_later(
    root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_message: Any) -> None:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", away)
        ask()
        assert post.work() == 0
    assert post.work() == 0, "not at once"
    later(monkeypatch, timedelta(minutes=2))
    assert post.work() == 1
    assert not Mail.objects.exists()


def test_the_own_change_of_the_password_is_told_by_mail(root: User) -> None:
    browser = Client()
    send_root_password(browser, ROOT)
    fields = {"old_password": PASSWORD, "new_password": NEW, "again": NEW}
    browser.post("/me/password", fields)
    post.work()
    assert "was changed" in sent_mail.outbox[-1].subject


def test_the_mailbox_of_a_demonstration_is_there_for_this_machine_alone(
    root: User, settings: Any
) -> None:
    assert Client().get("/demo/mail").status_code == 404
    settings.DEMO = True
    ask()
    assert post.work() == 0
    letters = Client().get("/demo/mail")
    assert "/sign-in/root/reset/" in letters.content.decode()
    assert Client(REMOTE_ADDR="192.0.2.7").get("/demo/mail").status_code == 404
