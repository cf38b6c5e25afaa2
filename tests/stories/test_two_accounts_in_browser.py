"""Two accounts side by side in two tabs of one browser: looked at, changed, left one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from identity.models import User
from tests.browser import check, needs_browser
from tests.factories import PASSWORD, make_login_profile

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def context(
    chromium: Browser, live_server: Any, tmp_path: Path, settings: Any
) -> Iterator[BrowserContext]:
    settings.DATA_DIR = tmp_path
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    yield context
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def create_group(page: Page, name: str) -> None:
    page.get_by_label("Group name").fill(name)
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_two_tabs_of_two_accounts_never_mix(context: BrowserContext, ana: User, cleo: User) -> None:
    make_login_profile(ana), make_login_profile(cleo)
    theirs = f"/c/{cleo.account_id}"
    first, second = context.new_page(), context.new_page()
    first.goto("/sign-in/example?next=/iam/create-group")
    sign_in(first, "ana")
    expect(first.get_by_role("heading", level=1)).to_contain_text("Create")

    second.goto(f"{theirs}/iam/groups")
    expect(second.get_by_role("heading", level=1)).to_contain_text("This link is for account")
    check(second)
    second.get_by_role("link", name="Sign in to").click()
    sign_in(second, "cleo")
    second.wait_for_url(f"**{theirs}/iam/groups")
    second.get_by_role("link", name="Create group").first.click()
    create_group(second, "partners")

    create_group(first, "examples")  # a form that was open all the time
    assert theirs not in first.url
    assert f"{theirs}/iam/groups/partners" in second.url
    assert [group.name for group in ana.account.groups.all()] == ["examples"]
    assert [group.name for group in cleo.account.groups.all()] == ["partners"]

    first.goto("/open-accounts")
    expect(first.locator("tbody tr")).to_have_count(2)
    check(first)
    first.get_by_role("link", name="Sign out").last.click()
    first.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(first.get_by_text("Still open in this browser")).to_be_visible()
    check(first)
    second.reload()
    expect(second.get_by_role("heading", level=1)).to_contain_text("This link is for account")
    first.get_by_role("link", name="ana, ").click()
    expect(first.get_by_role("heading", level=1)).to_be_visible()
    assert first.url.endswith("/home")
