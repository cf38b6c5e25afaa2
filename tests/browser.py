"""Debian's Chromium for tests, and what every page must pass in it."""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright

# Chromium without the windows that nobody sees costs half the processor time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
_COUNT = "async asked => (await axe.run(document, asked)).violations.length"

WIDE: ViewportSize = {"width": 1280, "height": 900}
PROJECT = Path(__file__).resolve().parents[1]

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser; Django is told that Playwright's loop in this thread is none of its."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


def fulfil_static(route: Route, path: str) -> None:
    """Answer for a file of `static/` from the disk, where no server runs."""
    file = PROJECT / path.lstrip("/")
    kind = mimetypes.guess_type(file.name)[0] or "text/plain"
    route.fulfill(body=file.read_bytes(), content_type=kind)


def check(page: Page) -> None:
    """Axe finds no fault in either theme, and nothing sticks out of a narrow screen."""
    # Without movement: axe must not see a colour on its way from one theme to the other.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    accessible(page)
    page.emulate_media(color_scheme="dark")
    accessible(page, CONTRAST)  # colours are all that the themes differ in
    page.set_viewport_size({**WIDE, "width": 320})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    page.set_viewport_size(WIDE)


def accessible(page: Page, rules: dict[str, Any] = RULES) -> None:
    """Axe finds no fault on the page as it is shown now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    asked = {"runOnly": rules, "resultTypes": ["violations"]}
    if page.evaluate(_COUNT, {**asked, "selectors": False}):  # where they are is asked for late
        found = AxeResults(page.evaluate("asked => axe.run(document, asked)", asked))
        pytest.fail(f"{page.url}\n{found.generate_report()}")


class Sheets:
    """Pages to draw on, used again by the next test: a new one takes longer than to draw on it."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: list[Page] = []
        self._used: list[Page] = []

    def take(self) -> Page:
        page = self._idle.pop() if self._idle else self._new()
        self._used.append(page)
        return page

    def put_back(self) -> None:
        """Blank, as they were."""
        while self._used:
            page = self._used.pop()
            page.evaluate("localStorage.clear(), sessionStorage.clear()")
            page.context.clear_cookies()
            page.unroute_all(behavior="ignoreErrors")
            page.goto("about:blank")
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            page.set_viewport_size(WIDE)
            self._idle.append(page)

    def _new(self) -> Page:
        context = self._browser.new_context(viewport=WIDE, reduced_motion="reduce")
        context.add_init_script(AXE_SCRIPT)
        return context.new_page()
