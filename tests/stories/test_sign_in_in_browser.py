"""Signing in with a real browser: by keyboard, with and without scripts.

Scripts T1 and T2 of the console's design, and E1 (first run) and E2 (forced change).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from identity import managed_policies
from identity.models import Account
from tests.browser import needs_browser
from tests.entrance import WRONG, give_device
from tests.factories import PASSWORD

OWN = "Purple-giraffe-11"

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def own_data(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    managed_policies.load()  # what migrations entered is gone with the data of an earlier test


@pytest.fixture
def page(chromium: Browser, live_server: Any, own_data: None) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def page_without_scripts(chromium: Browser, live_server: Any, own_data: None) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def set_up(page: Page) -> str:
    """E1; returns the administrator's password."""
    page.goto("/")
    page.get_by_role("link", name="Create the first account").click()
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Account name").fill("Acme")
    page.get_by_label("Account alias").fill("acme")
    page.get_by_label("Root user e-mail").fill("root@acme.test")
    page.get_by_label("Root user password", exact=True).fill(PASSWORD)
    page.get_by_label("Type it again", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The account is ready")
    password = page.locator("output").first.text_content() or ""
    sign_out(page)
    return password


def sign_out(page: Page) -> None:
    page.goto("/sign-out")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are signed out")


def sign_in_as_admin(page: Page, given: str) -> None:
    """T1 without MFA, then E2."""
    page.goto("/sign-in")
    page.get_by_label("Account ID, alias, or root user e-mail").fill("acme")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/acme")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password", exact=True).fill(WRONG)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("We could not sign you in.")
    assert page.title().startswith("Error: ")
    expect(page.get_by_label("User name")).to_have_value("admin")
    page.get_by_label("Password", exact=True).fill(given)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/password")
    page.get_by_label("New password", exact=True).fill(OWN)
    page.get_by_label("Type it again", exact=True).fill(OWN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/home")


def sign_in_as_root_with_mfa(page: Page) -> None:
    """T2."""
    phone = give_device(Account.objects.get().root, "Root phone")
    page.goto("/sign-in")
    page.get_by_label("Account ID, alias, or root user e-mail").fill("root@acme.test")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/root/password")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/mfa/app")
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    for way in ("I lost my device", "Use a recovery code"):
        page.get_by_role("link", name=way).first.click()
    page.wait_for_url("**/sign-in/mfa/recovery")
    page.goto("/sign-in/mfa/app")
    page.get_by_label("Code").fill(phone.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/home")
    expect(page.get_by_text("You are signed in as the root user.")).to_be_visible()


def test_first_run_forced_change_and_root_with_mfa(page: Page) -> None:
    given = set_up(page)
    sign_in_as_admin(page, given)
    sign_out(page)
    sign_in_as_root_with_mfa(page)


def test_the_same_without_scripts(page_without_scripts: Page) -> None:
    given = set_up(page_without_scripts)
    sign_in_as_admin(page_without_scripts, given)
    sign_out(page_without_scripts)
    sign_in_as_root_with_mfa(page_without_scripts)


def test_focus_goes_to_the_first_field_and_after_a_failure_to_the_message(page: Page) -> None:
    set_up(page)
    page.goto("/sign-in/acme")
    expect(page.get_by_label("User name")).to_be_focused()
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[data-errors]")).to_be_focused()
    page.get_by_role("link", name="Password: Enter your password.").click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
