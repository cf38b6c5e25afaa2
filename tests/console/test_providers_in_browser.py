"""The pages of identity providers in a real browser: axe, and 320 pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page

from identity.models import User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn
from tests.console.pages import submit
from tests.federation.documents import metadata

pytestmark = needs_browser

SAML, OIDC = "/iam/providers/saml/Corp", "/iam/providers/oidc/idp.example.com~tenant"


@pytest.fixture
def client(signed_in: SignedIn, ana: User) -> Client:
    """ana's browser in an account with a provider of each kind."""
    browser = signed_in(ana)
    submit(browser, "/iam/add-provider", name="Corp", document=metadata(), act="add")
    submit(
        browser,
        "/iam/add-provider/oidc",
        issuer_url="https://idp.example.com/tenant",
        client_ids="web",
        thumbprints="a" * 40,
    )
    return browser


@pytest.mark.parametrize(
    "address",
    [
        "/iam/providers",
        "/iam/add-provider",
        "/iam/add-provider/oidc",
        SAML,
        *(f"{SAML}/{tab}" for tab in ("added", "metadata", "sign-ins", "test")),
        f"{SAML}/tags",
        f"{SAML}/delete",
        OIDC,
        f"{OIDC}/delete",
    ],
)
def test_a_page_can_be_used_by_everybody(opened: Callable[..., Page], address: str) -> None:
    check(opened(address))
