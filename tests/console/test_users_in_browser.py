"""Home, the dashboard and the user pages in a real browser: axe in both themes, and 320 pixels.

The test client asks for the pages and hands them to the browser: no server, no second thread.
"""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit
from tests.console.test_user_credentials import make_device
from tests.factories import ADMINISTRATOR, make_key, make_policy, make_user

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
ORIGIN = "http://testserver"
WIDE: ViewportSize = {"width": 1280, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, which Django would take for asynchronous.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def client(signed_in: SignedIn, ana: User, account: Account) -> Client:
    """ana's browser in an account where every kind of row is on the pages."""
    make_policy(ana, "AdministratorAccess", ADMINISTRATOR)
    bob = make_user(account, "bob", path="/staff/")
    bob.password_last_used_at = timezone.now() - timedelta(hours=2)
    bob.save()
    make_key(bob)
    make_key(bob, active=False)
    make_device(bob, "phone")
    make_policy(bob, "ReadUsers", [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}])
    bob.tags.create(key="team", value="red")
    make_user(account, "a-user-name-of-sixty-four-characters-is-as-long-as-they-can-be-xx")
    for number in range(30):
        make_user(account, f"user-{number:02}")
    return signed_in(ana)


@pytest.fixture
def opened(client: Client, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`opened("/iam/users")`: the page, drawn; with fields, the answer to sending them."""
    contexts = []

    def open_page(address: str, **sent: str) -> Page:
        shown = client.post(address, sent) if sent else client.get(address, follow=True)
        context = chromium.new_context(viewport=WIDE, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", lambda route: _fulfil(route, shown.content))
        page.goto(ORIGIN + address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _fulfil(route: Route, html: bytes) -> None:
    address = route.request.url.removeprefix(ORIGIN)
    if not address.startswith("/static/"):
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
        return
    path = ROOT / address.lstrip("/")
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    route.fulfill(body=path.read_bytes(), content_type=kind)


def device_url(account: Account) -> str:
    serial = quote(f"arn:aws:iam::{account.id}:mfa/phone", safe="")
    return f"/iam/users/bob/mfa/remove?serial={serial}"


PAGES = {
    "home": "/home",
    "dashboard": "/iam",
    "list": "/iam/users",
    "list, no match": "/iam/users?q=zzz",
    "create: details": "/iam/create-user",
    "permissions": "/iam/users/bob/permissions",
    "permissions of somebody without": "/iam/users/user-00/permissions",
    "tags": "/iam/users/bob/tags",
    "activity": "/iam/users/ana/activity",
    "security credentials": "/iam/users/bob/security-credentials",
    "edit": "/iam/users/bob/edit",
    "delete": "/iam/users/bob/delete",
    "delete oneself": "/iam/users/ana/delete",
    "create policy": "/iam/users/bob/inline/create",
    "edit policy": "/iam/users/bob/inline/ReadUsers/edit",
    "delete policy": "/iam/users/bob/inline/ReadUsers/delete",
    "password": "/iam/users/bob/password",
    "create key": "/iam/users/bob/keys/create",
    "not there": "/iam/users/nobody/permissions",
}


def check(page: Page) -> None:
    """No fault in either theme, and nothing sticks out of a narrow screen."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        results = Axe().run(page, options=AXE)
        assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_without_fault(opened: Callable[..., Page], name: str) -> None:
    check(opened(PAGES[name]))


@pytest.mark.django_db
def test_forms_with_errors_and_secrets_are_without_fault(
    opened: Callable[..., Page], client: Client, account: Account
) -> None:
    fields = hidden(client.get("/iam/create-user"))
    check(
        opened(
            "/iam/create-user", **fields, name="a b", access="password", password_kind="generated"
        )
    )
    step2 = submit(
        client,
        "/iam/create-user",
        name="dana",
        path="/",
        access="password",
        password_kind="generated",
    )
    check(opened(step2.headers["Location"]))
    done = submit(client, step2.headers["Location"], grant="nothing")
    check(opened(done.headers["Location"]))
    check(opened(device_url(account)))
    key_id = account.iam_users.get(name="bob").access_keys.filter(active=True).get().id
    check(opened(f"/iam/users/bob/keys/{key_id}/delete"))


@pytest.mark.django_db
def test_the_wizard_shows_the_password_only_after_show(
    opened: Callable[..., Page], client: Client
) -> None:
    step2 = submit(
        client,
        "/iam/create-user",
        name="dana",
        path="/",
        access="password",
        password_kind="generated",
    )
    done = submit(client, step2.headers["Location"], grant="nothing")
    page = opened(done.headers["Location"])
    password = page.locator("output[data-source]")
    assert not password.is_visible()
    page.locator(".secret summary").click()
    assert password.is_visible()
