"""What only a browser shows of making users."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page

from identity.models import User
from tests.browser import needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import submit

pytestmark = needs_browser


@pytest.fixture
def client(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


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
