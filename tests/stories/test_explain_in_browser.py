"""Carol is denied, asks why, an administrator adds what the page offers, and carol may.

Script T14 of the console's design, in a real browser with a running server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from identity.models import Account, User
from tests.browser import check, needs_browser
from tests.factories import PASSWORD, make_login_profile, make_user

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]

Opened = Callable[[str], Any]


@pytest.fixture
def carol(account: Account) -> User:
    return make_login_profile(make_user(account, "carol"))


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def signed_in_as(
    request: pytest.FixtureRequest,
    chromium: Browser,
    live_server: Any,
    tmp_path: Path,
    settings: Any,
) -> Opened:
    """`with signed_in_as("carol") as page:` a browser of carol's own."""
    settings.DATA_DIR = tmp_path

    @contextmanager
    def browser(name: str) -> Iterator[Page]:
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=request.param)
        page = context.new_page()
        page.goto("/sign-in/example")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/home")
        yield page
        context.close()

    return browser


def test_a_denial_is_explained_and_mended(
    signed_in_as: Opened, request: pytest.FixtureRequest, ana: User, carol: User
) -> None:
    make_login_profile(ana)
    with signed_in_as("carol") as page:
        page.goto("/iam/users")
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this")
        page.get_by_role("link", name="Explain this").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Explain ListUsers")
        expect(page.get_by_text("Does not allow it")).to_have_count(1)
        explanation = page.url
        if "with scripts" in request.node.name:
            check(page)
    with signed_in_as("ana") as page:
        page.goto(explanation)
        page.get_by_role("button", name="Add as inline policy").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Create inline policy")
        assert not carol.policies.exists()
        page.get_by_label("Policy name").fill("Listing")
        page.get_by_role("button", name="Create policy").click()
        page.wait_for_url("**/iam/users/carol/permissions")
    with signed_in_as("carol") as page:
        page.goto("/iam/users")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Users")
        page.goto(explanation)
        expect(page.get_by_text("The policies have changed since")).to_be_visible()
