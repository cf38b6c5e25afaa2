"""Lists of sessions come in pages: console ones, then temporary credentials."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from identity.models import TemporarySession, User
from tests.console.conftest import SignedIn
from tests.console.pages import text

pytestmark = pytest.mark.django_db


def temporary(key_id: str, user: User) -> None:
    """Credentials that were issued, as far as lists look at them."""
    TemporarySession.objects.create(
        id=key_id,
        user=user,
        operation="GetSessionToken",
        sealed_secret=b"",
        expires_at=timezone.now() + timedelta(minutes=30),
    )


def test_every_session_is_on_a_page_console_ones_first(signed_in: SignedIn, ana: User) -> None:
    browser = signed_in(ana)
    for number in range(14):
        signed_in(ana)
        temporary(f"ASIA{number:02}", ana)
    address, seen, pages = "/me/sessions?size=10", list[str](), 0
    while address:
        page = browser.get(address)
        found = page.context["page"]
        seen += [row.kind for row in found.rows]
        pages += 1
        assert text(page).count("This session") <= 1
        back = found.previous_url
        address = "/me/sessions" + found.next_url if found.next_url else ""
    assert pages == 3
    assert seen == ["Console"] * 15 + ["GetSessionToken"] * 14
    second = browser.get("/me/sessions" + back).context["page"]
    assert [row.kind for row in second.rows] == ["Console"] * 5 + ["GetSessionToken"] * 5
    first = browser.get("/me/sessions" + second.previous_url).context["page"]
    assert (first.first, first.previous_url) == (1, "")
    assert [row.kind for row in first.rows] == ["Console"] * 10


def test_a_cursor_is_of_use_in_its_own_list_alone(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    browser = signed_in(ana)
    for number in range(11):
        temporary(f"ASIA{number:02}", ana)
    made = browser.get("/me/sessions?size=10").context["page"].next_url
    assert browser.get("/iam/sessions" + made).status_code == 400
    assert browser.get("/me/sessions?after=x").status_code == 400


def test_a_page_of_sessions_costs_the_same_whatever_their_number(
    signed_in: SignedIn, ana: User, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(ana)
    for number in range(60):
        temporary(f"ASIA{number:02}", ana)
    for address in ("/me/sessions", "/iam/sessions", "/iam/sessions?who=ana"):
        with django_assert_max_num_queries(12):
            page = browser.get(f"{address}{'&' if '?' in address else '?'}size=50")
        assert len(page.context["page"].rows) == 50
