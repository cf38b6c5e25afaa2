"""The three demonstrations in a real browser: set up, each way in and its pages, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console.models import Demonstration
from identity import managed_policies
from identity.models import User
from tests.browser import check, needs_browser
from tests.console.conftest import sign_in

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]


@pytest.fixture
def opened(chromium: Browser, live_server: Any, settings: Any) -> Iterator[Open]:
    """`opened()`: a page in a browser of its own; what its console says is an error."""
    settings.DEMO, settings.BASE_URL = True, live_server.url
    managed_policies.load()
    contexts: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        contexts.append(
            chromium.new_context(base_url=live_server.url, reduced_motion="reduce", **options)
        )
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def administrator(opened: Open, live_server: Any, ana: User) -> Page:
    page = opened()
    cookie = sign_in(ana).cookies["sid"].value
    page.context.add_cookies([{"name": "sid", "value": cookie, "url": live_server.url}])
    return page


def set_up(page: Page, title: str) -> None:
    page.goto("/demo")
    page.get_by_role("button", name=f"Set up for me {title}").click()
    expect(page.get_by_role("status").filter(has_text="Made:")).to_be_visible()


def test_from_the_portal_to_the_console_and_its_trace(administrator: Page, opened: Open) -> None:
    administrator.goto("/demo")
    check(administrator)
    set_up(administrator, "Corporate directory (SAML)")
    check(administrator)
    page = opened()
    page.goto("/demo/idp")
    check(page)
    page.get_by_role("button", name="Ines Duarte").click()
    check(page)
    page.get_by_text("What the directory says").click()
    check(page)
    page.get_by_role("button", name="Cloud console").click()
    page.wait_for_url("**/home")
    expect(page.locator("header.top")).to_contain_text("DemoDeveloper")
    administrator.goto("/demo")
    administrator.locator("table a").first.click()
    expect(administrator.get_by_role("heading", level=1)).to_have_text("Trace of a sign-in")
    check(administrator)
    administrator.goto("/demo")
    administrator.get_by_role("button", name="Remove it all").click()
    expect(administrator.get_by_text("is removed")).to_be_visible()
    assert not Demonstration.objects.exists()


def test_without_scripts_a_button_carries_the_response(administrator: Page, opened: Open) -> None:
    set_up(administrator, "Corporate directory (SAML)")
    page = opened(java_script_enabled=False)
    page.goto("/demo/idp")
    page.get_by_role("button", name="Ines Duarte").click()
    page.get_by_role("button", name="Cloud console").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/home")
    expect(page.locator("header.top")).to_contain_text("DemoDeveloper")


def test_a_fault_ends_on_a_page_that_says_so(administrator: Page, opened: Open) -> None:
    set_up(administrator, "Corporate directory (SAML)")
    page = opened()
    page.goto("/demo/idp")
    page.get_by_role("button", name="Ines Duarte").click()
    page.get_by_text("What the directory says").click()
    page.get_by_label("What is wrong with it").select_option("foreign-key")
    page.get_by_role("button", name="Cloud console").click()
    expect(page.get_by_text("Response signature invalid")).to_be_visible()


def test_the_broker_opens_the_console_for_a_job(administrator: Page, opened: Open) -> None:
    set_up(administrator, "Custom broker")
    page = opened()
    page.goto("/demo/broker")
    check(page)
    page.get_by_role("button", name="Tomas Lind").click()
    check(page)
    page.get_by_role("button", name="Support").click()
    page.get_by_text("In Python").first.click()
    check(page)
    page.get_by_role("link", name="Open console").click()
    page.wait_for_url("**/home")
    expect(page.locator("header.top")).to_contain_text("DemoSupport")


def test_the_app_asks_the_provider_and_shows_each_call(administrator: Page, opened: Open) -> None:
    set_up(administrator, "Web app (OpenID Connect)")
    page = opened()
    page.goto("/demo/oidc/app")
    check(page)
    page.get_by_role("button", name="Sign in with Harbour Mill").click()
    check(page)
    page.get_by_role("button", name="Mei Sato").click()
    expect(page.get_by_role("rowheader", name="POST /demo/oidc/token")).to_be_visible()
    expect(page.get_by_role("rowheader", name="sts:AssumeRoleWithWebIdentity")).to_be_visible()
    check(page)
