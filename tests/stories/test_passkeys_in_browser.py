"""A passkey from a real browser: added with a name, asked for at sign-in, renamed, removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from identity import managed_policies
from identity.models import User
from tests.browser import check, needs_browser
from tests.events import logged
from tests.factories import PASSWORD, make_login_profile

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(chromium: Browser, live_server: Any, tmp_path: Path, settings: Any) -> Iterator[Page]:
    settings.DATA_DIR = tmp_path
    managed_policies.load()
    context = chromium.new_context(base_url=live_server.url, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_a_passkey_is_added_and_signs_in(page: Page, ana: User, own_journal: Any) -> None:
    make_login_profile(ana)
    authenticator = page.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    added = authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    _sign_in(page)
    page.goto("/me")
    page.get_by_role("link", name="Add passkey or security key").click()
    check(page)
    page.get_by_label("Device name").fill("Laptop")
    page.get_by_role("button", name="Add key").click()
    page.get_by_role("button", name="I have saved these codes").click()
    row = page.get_by_role("row", name="Laptop")
    expect(row).to_contain_text("Passkey or security key")
    expect(row).to_contain_text("Never")

    page.context.clear_cookies()
    _sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Use your key")
    check(page)
    _unable(authenticator, added["authenticatorId"], True)
    page.get_by_role("button", name="Use my key").click()
    expect(page.get_by_role("alert")).to_contain_text("did not give a key")
    _unable(authenticator, added["authenticatorId"], False)
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url("/home")
    own_journal.drain()
    used = logged().get(name="ConsoleLogin", additional_event_data__MFAUsed="Yes")
    assert ":u2f/user/ana/Laptop-" in (used.additional_event_data or {})["MFAIdentifier"]

    page.goto("/reauthenticate?next=/me&act=me-mfa-rename")
    check(page)
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url("/me")
    page.get_by_role("link", name="Rename Laptop").click()
    page.get_by_label("Device name").fill("Old-laptop")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("link", name="Remove Old-laptop").click()
    page.get_by_label("To confirm").fill("ana")
    page.get_by_role("button", name="Remove MFA device").click()
    expect(page.get_by_text("No MFA devices")).to_be_visible()


def _sign_in(page: Page) -> None:
    page.goto("/sign-in/example")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _unable(session: Any, authenticator: str, unable: bool) -> None:
    """As somebody who does not touch the key; the browser is told to fail at once."""
    verified = {"authenticatorId": authenticator, "isUserVerified": not unable}
    session.send("WebAuthn.setUserVerified", verified)
    bits = {"authenticatorId": authenticator, "isBadUP": unable}
    session.send("WebAuthn.setResponseOverrideBits", bits)
