"""The frame in a real browser: what the script adds, and what narrow screens do to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from identity.models import Account, Finding, User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.factories import make_key

pytestmark = needs_browser


@pytest.fixture
def client(signed_in: SignedIn, root: User, ana: User, ben: User) -> Client:
    """root's browser, in an account with something to recommend."""
    make_key(ben)
    return signed_in(root)


@pytest.mark.django_db
def test_on_a_narrow_screen_findings_stand_below_each_other(
    opened: Callable[..., Page], client: Client, account: Account
) -> None:
    long = "arn:aws:iam::210987654321:role/a-rather-long-name-of-somebody-elses-role"
    Finding.objects.create(account=account, key="x", kind="external", resource=long, principal=long)
    client.post("/iam/findings/look")
    Finding.objects.update(status="active")
    page = opened("/iam/findings")
    check(page)
    page.set_viewport_size({"width": 320, "height": 800})
    region = page.get_by_role("region", name="Table: Access findings")
    assert region.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.django_db
def test_the_script_helps_along(opened: Callable[..., Page], client: Client) -> None:
    client.post("/preferences/zone", {"zone": "Asia/Tokyo", "next": "/"})
    page = opened("/iam")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("g u")
    expect(page.get_by_role("searchbox")).to_have_value("g u")
    page.get_by_role("link", name="Info about security recommendations").click()
    expect(page.get_by_role("complementary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_have_count(0)
    expect(page.get_by_role("link", name="Info about security recommendations")).to_be_focused()


@pytest.mark.django_db
def test_the_end_of_a_session_is_told_five_minutes_before(
    opened: Callable[..., Page], client: Client, account: Account
) -> None:
    line = "section[aria-label='End of the session']"
    expect(opened("/home").locator(line)).to_be_hidden()
    session = client.session
    session["started_at"] = (timezone.now() - timedelta(hours=11, minutes=56)).isoformat()
    session.save()
    page = opened("/home")
    expect(page.locator(line)).to_be_visible()
    expect(page.locator(line)).to_contain_text("Your session ends at")
    expect(page.locator(line)).to_contain_text("UTC")
    expect(page.get_by_role("link", name="Sign in again in a new tab")).to_be_visible()
    check(page)


@pytest.mark.django_db
def test_a_page_of_one_object_can_be_copied_as_a_link(
    opened: Callable[..., Page], account: Account
) -> None:
    page = opened("/iam/users/ben/permissions")
    source = page.locator(".copy-link [data-source]")
    expect(source).to_have_text(
        f"http://127.0.0.1:8000/c/{account.id}/iam/users/ben/permissions", use_inner_text=False
    )
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(opened("/iam/users").get_by_role("button", name="Copy link")).to_have_count(0)
