"""Every component in a real browser: axe, narrow screens, and what the script adds.

The pages are rendered here and handed to the browser with the static files from the disk and the
headers of production: no server, no database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from console.forms import words
from console.middleware import CONTENT_SECURITY_POLICY
from identity.callers import Kind
from tests.browser import CONTRAST, accessible, fulfil_static, needs_browser

ORIGIN = "http://console.test"

pytestmark = needs_browser


class GalleryForm(words.Form):
    name = forms.CharField(label="User name", help_text="1 to 64 letters")
    path = forms.CharField(label="Path", required=False)
    kind = forms.ChoiceField(label="Type", choices=[("all", "All")])
    access = forms.ChoiceField(
        label="Access", widget=forms.RadioSelect, choices=[("0", "None"), ("1", "Password")]
    )
    groups = forms.MultipleChoiceField(
        label="Groups", widget=forms.CheckboxSelectMultiple, choices=[("a", "ops"), ("b", "staff")]
    )
    change = forms.BooleanField(label="Ask for a new password", help_text="At first sign-in.")
    document = forms.CharField(label="Policy", widget=forms.Textarea(attrs={"class": "code"}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


RULES = [{"text": "At least 8 characters", "test": "length", "least": 8}, "Not one used before"]


def context(*, wrong: bool, frame: str) -> dict[str, Any]:
    form = GalleryForm({"groups": ["z"]} if wrong else None)
    arn = "arn:aws:iam::123456789012:user/division/" + "x" * 80
    return {
        "frame": f"layouts/{frame}.html",
        "form": form,
        "rules": RULES,
        "kinds": ["ok", "warn", "err", "info", "off", "busy"],
        "long": "a-user-name-of-no-less-than-forty-characters-",
        "arn": arn,
        "moment": datetime(2026, 1, 1, tzinfo=UTC),
        "document": f'{{"Resource": "{arn}"}}',
        "page": SimpleNamespace(previous_url="?b", next_url="?a", first=26, last=50),
        "tabs": [
            {"key": "permissions", "label": "Permissions", "url": "/p", "count": 3},
            {"key": "groups", "label": "Groups", "url": "/g"},
        ],
    }


def gallery(address: str) -> str:
    """The page of an address such as `/console?wrong`."""
    request = RequestFactory().get(address)
    account = SimpleNamespace(id="123456789012", alias="example")
    request.caller = SimpleNamespace(  # type: ignore[attr-defined]  # what the middleware sets
        account=account, name="root", kind=Kind.ROOT, is_root=True, arn="", session_ends_at=None
    )
    source = (Path(__file__).parent / "gallery.html").read_text()
    values = context(wrong="wrong" in request.GET, frame=request.path.strip("/"))
    return engines["django"].from_string(source).render(values, request)


def answer(route: Route) -> None:
    """What a server would send: a static file, or the gallery."""
    address = route.request.url.removeprefix(ORIGIN)
    if address.startswith("/static/"):
        fulfil_static(route, address)
        return
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Content-Type": "text/html"}
    route.fulfill(body=gallery(address), headers=headers)


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    return chromium


def opened(browser: Browser, address: str, **options: Any) -> Page:
    page = browser.new_context(**options).new_page()
    page.route("**/*", answer)
    page.goto(ORIGIN + address)
    return page


def complaints(page: Page) -> list[str]:
    """What the browser says of a page when it loads again, such as about the CSP."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.reload()
    return found


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("address", ["/console", "/console?wrong", "/entrance?wrong"])
def test_axe_and_the_browser_find_no_fault_and_nothing_sticks_out(
    browser: Browser, address: str, width: int
) -> None:
    page = opened(
        browser, address, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page.evaluate("scrollTo(0, 0)")  # what the bar on top lies over by chance is not judged
    accessible(page)
    page.emulate_media(color_scheme="dark")
    accessible(page, CONTRAST)  # colours are all that the themes differ in
    inner, outer = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert complaints(page) == []
    assert inner <= outer


def test_the_error_summary_has_focus_and_its_link_reaches_the_field(browser: Browser) -> None:
    page = opened(browser, "/console?wrong")
    assert page.evaluate("document.activeElement.matches('[data-errors]')")
    page.get_by_role("link", name="User name: Fill this in.").click()
    assert page.evaluate("document.activeElement.id") == "id_name"


def test_the_account_menu_opens_and_closes_by_keyboard_and_gives_focus_back(
    browser: Browser,
) -> None:
    page = opened(browser, "/console")
    page.locator(".top summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".top details").get_attribute("open") is not None
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator(".top details").get_attribute("open") is None
    assert page.evaluate("document.activeElement.matches('.top summary')")


def test_a_password_can_be_shown_and_its_rules_follow_the_typing(browser: Browser) -> None:
    page = opened(browser, "/console")
    page.locator("#id_password").fill("12345678")
    assert page.locator(".rule").first.inner_text().split() == [
        "Met:",
        "At",
        "least",
        "8",
        "characters",
    ]
    page.get_by_role("button", name="Show Password").click()
    assert page.locator("#id_password").get_attribute("type") == "text"
    page.locator("#id_password").fill("1")
    assert page.locator(".rule").first.inner_text().startswith("Not met yet:")


def test_copying_says_so_even_without_a_secure_context(browser: Browser) -> None:
    page = opened(browser, "/console")
    page.get_by_role("button", name="Copy Secret access key").click()
    expect(page.locator(".secret [data-label]")).to_have_text("Copied")
    expect(page.locator("#live")).to_have_text("Copied")


def test_without_scripts_nothing_is_offered_that_would_not_work(browser: Browser) -> None:
    page = opened(browser, "/console", java_script_enabled=False)
    assert page.locator("[data-js]:visible").count() == 0
    page.locator(".secret summary").click()
    assert page.locator(".secret output").is_visible()
