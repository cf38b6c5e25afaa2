"""What the pages weigh, and how often they ask (console.md 6.3: W1 to W5, W7, W8, W15)."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import html
from playwright.sync_api import Browser

from identity.models import Account, User
from tests.browser import PROJECT, needs_browser
from tests.console.conftest import sign_in
from tests.factories import make_key, make_user
from tests.live_server import LiveServer

KB = 1024
STATIC = PROJECT / "static"
SIGN_IN = "/sign-in/example"


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, mtime=0))


def _file(path: str) -> int:
    return _packed((STATIC / path).read_bytes())


@pytest.mark.parametrize(
    ("path", "most"), [("css/app.css", 12), ("js/app.js", 6), ("img/icons.svg", 4)]
)
def test_what_all_pages_share_is_light(path: str, most: int) -> None:
    assert _file(path) <= most * KB


def test_the_sign_in_page_is_light_with_all_that_it_loads(account: Account) -> None:
    page = _packed(Client().get(SIGN_IN).content)
    shared = ("css/app.css", "js/app.js", "img/icons.svg", "img/mark.svg")
    assert page <= 3 * KB
    assert page + sum(map(_file, shared)) <= 25 * KB


def test_no_image_is_taken_from_outside_the_sprite_and_the_marks() -> None:
    """W10: neither web fonts nor pictures."""
    kinds = {path.suffix for path in STATIC.rglob("*") if path.is_file()}
    assert kinds == {".css", ".js", ".svg"}
    styles = "".join(path.read_text() for path in Path(STATIC / "css").glob("*.css"))
    assert "@font-face" not in styles
    assert "@import" not in styles


@pytest.mark.parametrize(("size", "most", "elements"), [(25, 10, 1500), (100, 25, 3500)])
def test_a_full_list_is_light(
    account: Account, ana: User, size: int, most: int, elements: int
) -> None:
    """Rows of eight columns, none of them empty."""
    for number in range(100):
        make_key(make_user(account, f"{number:03}-user"))
    answer: Any = sign_in(ana).get(f"/iam/users?size={size}")
    document = html.document_fromstring(answer.content)
    assert len(document.xpath("//main//tbody/tr")) == size
    assert len(document.xpath("//main//thead//th")) >= 7
    assert _packed(answer.content) <= most * KB
    assert len(document.xpath("//*")) <= elements


@pytest.mark.browser
@needs_browser[1]
def test_the_first_view_takes_five_requests_and_a_later_one_alone(
    server: LiveServer, one_chromium: Browser
) -> None:
    context = one_chromium.new_context(base_url=server.url)
    page, asked = context.new_page(), list[str]()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    from_cache = set[str]()
    wire.on("Network.requestServedFromCache", lambda event: from_cache.add(event["requestId"]))
    wire.on("Network.responseReceived", lambda event: asked.append(_answered(event, from_cache)))
    page.goto("/sign-in", wait_until="networkidle")
    first = [one for one in asked if one]
    asked.clear()
    page.goto("/help/forgot-password", wait_until="networkidle")
    later = [one for one in asked if one]
    context.close()
    assert all(one.startswith(server.url) for one in (*first, *later))
    assert len(first) <= 5, first
    assert len(later) == 1, later


def _answered(event: dict[str, Any], from_cache: set[str]) -> str:
    """The address, if the server was asked for it."""
    answer = event["response"]
    kept = answer["fromDiskCache"] or event["requestId"] in from_cache
    return "" if kept else str(answer["url"])
