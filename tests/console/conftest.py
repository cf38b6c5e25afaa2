"""Clients that are signed in without the sign-in pages, and their pages drawn by a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route

from identity.models import User
from tests.browser import Sheets, fulfil_static

SignedIn = Callable[[User], Client]
ORIGIN = "http://testserver"


@pytest.fixture
def signed_in() -> SignedIn:
    """`signed_in(ana)`: a browser in which ana has just signed in, without MFA."""
    return sign_in


def sign_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    now = timezone.now().isoformat()
    session = browser.session
    session.update({"started_at": now, "seen_at": now, "mfa_at": None, "source_ip": "192.0.2.7"})
    session.save()
    return browser


@pytest.fixture(scope="session")
def sheets(one_chromium: Browser) -> Sheets:
    return Sheets(one_chromium)


@pytest.fixture
def opened(client: Client, sheets: Sheets) -> Iterator[Callable[..., Page]]:
    """`opened("/iam/users")`: the page, drawn; with fields, the answer to sending them.

    The test's `client` asks for it and hands it to the browser: no server, no second thread.
    """

    def open_page(address: str, **sent: str) -> Page:
        shown = client.post(address, sent) if sent else client.get(address, follow=True)
        page = sheets.take()
        page.route("**/*", lambda route: _fulfil(route, shown.content))
        page.goto(ORIGIN + address)
        return page

    yield open_page
    sheets.put_back()


def _fulfil(route: Route, html: bytes) -> None:
    address = route.request.url.removeprefix(ORIGIN)
    if address.startswith("/static/"):
        fulfil_static(route, address)
    else:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
