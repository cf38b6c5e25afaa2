"""A form that is sent when the session has ended is kept, and offered again after the sign-in."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from console.models import KeptForm
from identity.models import ConsoleSession, Group, User
from tests.console.conftest import sign_in
from tests.console.pages import hidden, inputs, text
from tests.entrance import later, send_password, send_root_password
from tests.factories import make_group, make_login_profile

pytestmark = pytest.mark.django_db

CREATE = "/iam/create-group"


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


def sent_too_late(browser: Client, monkeypatch: pytest.MonkeyPatch, **typed: str) -> Any:
    """A form that was opened in time and sent after the session's end."""
    fields = {**hidden(browser.get(CREATE)), "name": "ops", **typed}
    with monkeypatch.context() as clock:
        later(clock, timedelta(hours=2))
        return browser.post(CREATE, fields)


def offered_at(answer: Any) -> str:
    assert answer.status_code == 303
    address = urlsplit(answer.headers["Location"])
    assert address.path == "/session-expired"
    return str(parse_qs(address.query)["next"][0])


def name_in(answer: Any) -> str:
    return next(f.get("value", "") for f in inputs(answer) if f.get("name") == "name")


def keep_for_long() -> None:
    """As if no time had passed: what was kept two hours from now is kept from now on."""
    row = KeptForm.objects.get()
    row.expires_at -= timedelta(hours=2)
    row.save()


def test_it_comes_back_filled_in_and_is_not_sent_by_itself(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ana)
    answer = sent_too_late(browser, monkeypatch)
    page = offered_at(answer)
    keep_for_long()
    told = text(browser.get(answer.headers["Location"]))
    assert "What you typed is kept for 30 minutes. Nothing was changed." in told
    assert page.startswith(f"{CREATE}?kept=")
    signed_in = send_password(
        browser, "ana", query="?" + urlsplit(answer.headers["Location"]).query
    )
    assert signed_in.headers["Location"] == page
    back = browser.get(page)
    assert "Nothing was changed. Check and send again." in text(back)
    assert name_in(back) == "ops"
    assert not Group.objects.exists()
    done = browser.post(page, {**hidden(back), "name": name_in(back)})
    assert done.status_code == 303
    assert Group.objects.get().name == "ops"


def test_it_is_shown_to_who_typed_it_alone(
    ana: User, root: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ana)
    page = offered_at(sent_too_late(browser, monkeypatch))
    keep_for_long()
    send_root_password(browser, root.email)
    assert name_in(browser.get(page)) == ""


def test_it_is_gone_after_half_an_hour(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = offered_at(sent_too_late(sign_in(ana), monkeypatch))
    keep_for_long()
    later(monkeypatch, timedelta(minutes=30, seconds=1))
    assert name_in(sign_in(ana).get(page)) == ""
    call_command("prune", verbosity=0)
    assert not KeptForm.objects.exists()


def test_what_is_there_by_now_still_counts(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = offered_at(sent_too_late(sign_in(ana), monkeypatch))
    keep_for_long()
    make_group(ana.account, "OPS")
    browser = sign_in(ana)
    back = browser.get(page)
    assert browser.post(page, {**hidden(back), "name": "ops"}).status_code == 422


def test_a_session_that_somebody_ended_keeps_nothing(ana: User) -> None:
    browser = sign_in(ana)
    fields = {**hidden(browser.get(CREATE)), "name": "ops"}
    ConsoleSession.objects.all().delete()
    assert browser.post(CREATE, fields).status_code == 302
    assert not KeptForm.objects.exists()


def test_a_stranger_fills_no_table(db: None) -> None:
    assert Client().post(CREATE, {"name": "ops"}).status_code == 302
    assert not KeptForm.objects.exists()


def test_without_its_csrf_token_a_form_is_not_kept(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(ana)
    browser.handler.enforce_csrf_checks = True
    with monkeypatch.context() as clock:
        later(clock, timedelta(hours=2))
        assert browser.post(CREATE, {"name": "ops"}).status_code == 400
    assert not KeptForm.objects.exists()


@pytest.mark.parametrize(("address", "status"), [("/iam/import", 303), ("/sign-in", 413)])
def test_who_is_not_signed_in_is_sent_away_before_a_large_body_is_read(
    db: None, address: str, status: int
) -> None:
    unread = BytesIO(b"x" * 100)
    browser = Client(enforce_csrf_checks=True)
    environment: dict[str, Any] = {
        "CONTENT_LENGTH": str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
        "wsgi.input": unread,
    }
    kind = "multipart/form-data; boundary=x"
    answer = browser.generic("POST", address, b"", content_type=kind, **environment)
    assert answer.status_code == status
    assert unread.tell() == 0
