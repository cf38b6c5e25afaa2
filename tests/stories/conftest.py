"""Browsers of the people in a story, with a running server; each story with and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.factories import PASSWORD

Opened = Callable[[str, str], Any]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def signed_in_as(
    request: pytest.FixtureRequest,
    chromium: Browser,
    live_server: Any,
    tmp_path: Path,
    settings: Any,
) -> Opened:
    """`with signed_in_as("partner", "pat") as page:` a browser of pat's own."""
    settings.DATA_DIR, settings.BASE_URL = tmp_path, live_server.url

    @contextmanager
    def browser(account: str, name: str) -> Iterator[Page]:
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=request.param)
        page = context.new_page()
        page.goto(f"/sign-in/{account}")
        page.get_by_label("User name").fill(name)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/home")
        yield page
        context.close()

    return browser
