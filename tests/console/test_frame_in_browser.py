"""The frame and the general pages in a real browser: axe in both themes, 320 pixels, and what the
script adds; as in test_users_in_browser.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from console.jobs import reports
from console.jobs.rows import Job, State
from identity.models import Account, ConsoleSettings, Finding, User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit
from tests.factories import make_key

pytestmark = needs_browser


@pytest.fixture
def client(signed_in: SignedIn, root: User, ana: User, ben: User) -> Client:
    """root's browser, in an account with something to recommend."""
    make_key(ben)
    return signed_in(root)


@pytest.mark.django_db
def test_the_general_pages_are_without_fault(
    opened: Callable[..., Page], client: Client, account: Account
) -> None:
    ConsoleSettings.objects.create(account=account, message="Staff only", networks=["10.0.0.0/8"])
    submit(client, "/iam/recommendations/own-mfa/dismiss", reason="Tomorrow")
    for address in (
        "/home",
        "/iam",
        "/iam/recommendations/root-mfa/dismiss",
        "/search",
        "/search?q=a",
        "/search?q=xyzzy",
        "/help",
        "/help/policies",
        "/about",
        "/status",
        "/billing",
        "/preferences",
        "/preferences/tables/users",
        "/iam/account-settings",
        "/iam/account-settings/sign-in",
        "/iam/account-settings/close",
        "/iam/import",
        "/iam/export",
        "/jobs",
        *_jobs(account),
    ):
        check(opened(address))
    form = hidden(client.get("/iam/account-settings/sign-in"))
    check(opened("/iam/account-settings/sign-in", **form, session_minutes="1", networks="x"))


def _jobs(account: Account) -> list[str]:
    """One that runs, and one of each other end."""
    jobs = [
        Job.objects.create(account=account, kind=reports.KIND, state=state, user=account.root)
        for state in (State.RUNNING, State.DONE, State.FAILED)
    ]
    return [f"/jobs/{job.pk}" for job in jobs]


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
