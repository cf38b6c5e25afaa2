"""A session has a key of its own at every stage, and ends by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity.models import (
    LoginProfile,
    User,
)
from tests.entrance import (
    NEW,
    give_device,
    is_signed_in,
    later,
    send_password,
)


def test_every_step_up_changes_the_session_key_and_the_csrf_token(
    browser: Client, ana: User
) -> None:
    phone = give_device(ana)
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    seen = []

    def note() -> None:
        csrf = "csrf" if "csrf" in browser.cookies else "csrf-in"  # of the sign-in pages
        seen.append((browser.cookies["sid"].value, browser.cookies[csrf].value))

    browser.post("/sign-in/root", {"email": "any@example.test"})
    browser.get("/sign-in/example")
    note()
    send_password(browser, "ana")
    note()
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    note()
    browser.post("/sign-in/password", {"new_password": NEW, "again": NEW})
    note()
    assert is_signed_in(browser)
    assert len({key for key, _token in seen}) == len({token for _key, token in seen}) == 4


def test_a_session_key_of_an_earlier_stage_is_worth_nothing(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    pending_key = browser.cookies["sid"].value
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    thief = Client()
    thief.cookies["sid"] = pending_key
    assert thief.get("/sign-in/mfa/app").headers["Location"] == "/sign-in"
    assert not is_signed_in(thief)


def test_a_session_key_that_somebody_chose_is_not_used(browser: Client, ana: User) -> None:
    browser.cookies["sid"] = "chosenbysomebodyelse0123456789ab"
    send_password(browser, "ana")
    assert browser.cookies["sid"].value != "chosenbysomebodyelse0123456789ab"
    assert is_signed_in(browser)


def test_a_pending_sign_in_is_bound_to_its_browser(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    other = Client()
    assert other.post("/sign-in/mfa/app", {"code": phone.code()}).status_code == 303
    assert not is_signed_in(other)


def test_a_user_has_at_most_twenty_sessions(ana: User) -> None:
    browsers = [Client() for _ in range(21)]
    for browser in browsers:
        send_password(browser, "ana")
    assert ana.console_sessions.count() == 20
    assert not is_signed_in(browsers[0])
    assert is_signed_in(browsers[-1])


@pytest.mark.parametrize(
    ("pause", "why"),
    [(timedelta(minutes=61), "1 hour without"), (timedelta(hours=12), "12 hours")],
)
def test_a_session_ends_by_the_clock_and_says_so(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch, pause: timedelta, why: str
) -> None:
    send_password(browser, "ana")
    session = browser.session
    session["seen_at"] = (timezone.now() + pause - timedelta(minutes=1)).isoformat()
    if why.startswith("1 hour "):
        session["seen_at"] = timezone.now().isoformat()
    session.set_expiry(24 * 3600)
    session.save()
    later(monkeypatch, pause)
    answer = browser.get("/iam/users?q=b")
    assert answer.headers["Location"] == "/session-expired?next=%2Fiam%2Fusers%3Fq%3Db"
    page = browser.get(answer.headers["Location"]).content.decode()
    assert why in page
    assert 'href="/sign-in/example?next=%2Fiam%2Fusers%3Fq%3Db"' in page
    assert not is_signed_in(browser)
