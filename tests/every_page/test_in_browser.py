"""Every page in a browser: axe finds no fault, nothing sticks out, everything can be hit.

Sections 6.1 (A1, A7, A8, A10, A17) and 6.3 (W7, W9) of the console's design.

Each address is drawn once, in one state and look; `--every-page` draws every state in every look.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from console.middleware import CONTENT_SECURITY_POLICY
from tests.browser import needs_browser
from tests.every_page.conftest import Walk
from tests.every_page.in_browser import LOOKS, Look, Sheet, one_of_each, report
from tests.every_page.walk import Shown

pytestmark = needs_browser


@pytest.fixture(scope="session")
def all_pages(walk: Walk, rest: list[Shown]) -> list[Shown]:
    answers = [sent.answer for sent in walk.sent if sent.status == 422 and sent.answer]
    return [*walk.pages, *walk.denied, *answers, *rest]


@pytest.fixture(params=LOOKS, ids=str)
def look(request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    return chosen


@pytest.fixture
def sheet(one_chromium: Browser, look: Look) -> Iterator[Sheet]:
    drawn_on = Sheet(one_chromium, look)
    yield drawn_on
    drawn_on.close()


def test_no_page_has_a_fault(
    all_pages: list[Shown], sheet: Sheet, look: Look, pytestconfig: pytest.Config
) -> None:
    every = pytestconfig.getoption("every_page")
    pages = all_pages if every else one_of_each(all_pages, look)
    judge = sheet.all_faults if every else sheet.faults
    found = {one.told: faults for one in pages if (faults := judge(one))}
    assert len(pages) > 30
    assert not found, f"of {len(pages)} pages, {len(found)}:\n{report(found)}"


@pytest.mark.parametrize("look", [LOOKS[0]], ids=str)
def test_what_a_page_is_held_to_can_be_missed(sheet: Sheet) -> None:
    page = (
        b"<!doctype html><html><title>x</title><link rel=stylesheet href=/static/css/app.css>"
        b"<script src=https://elsewhere.test/x.js></script>"
        b"<main><h1>x</h1><h3 style='top:0'>y</h3><input type=text><pre>" + b"x" * 900
    )
    shown = Shown("", "/x", 200, page, CONTENT_SECURITY_POLICY, 0)
    found = " ".join(sheet.all_faults(shown))
    for word in ("html-has-lang", "label:", "px wide in 1280 px", "browser says", "elsewhere"):
        assert word in found
