"""Single sign-on by SAML in a real browser: across sites, with the cookies that it really sends."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page, Route

from tests.browser import WIDE, check, needs_browser
from tests.conftest import NewAccount
from tests.federation import responses
from tests.federation.documents import metadata
from tests.federation.responses import encoded
from tests.live_server import LiveServer

pytestmark = needs_browser

PORTAL = "https://idp.example.com/saml"


@pytest.fixture(scope="module")
def pairs(server: LiveServer, new_account: NewAccount) -> list[str]:
    """Two roles and their provider, as the attribute Role has them."""
    _account, key = new_account(server)
    iam = server.client("iam", key)
    provider = iam.create_saml_provider(Name="Corp", SAMLMetadataDocument=metadata())
    arn = provider["SAMLProviderArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithSAML",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = [
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Description=told)
        for name, told in (("Developer", "Builds what we sell"), ("Auditor", "Reads everything"))
    ]
    return [f"{one['Role']['Arn']},{arn}" for one in made]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport=WIDE, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def portal(page: Page, server: LiveServer, pairs: list[str]) -> None:
    """The identity provider's page, on a site of its own: it posts as soon as it is opened."""

    def answer(route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        asked = _request_id(query["SAMLRequest"][0]) if "SAMLRequest" in query else ""
        given: dict[str, Any] = {"Role": pairs, "RoleSessionName": "alice"}
        acs = f"{server.url}/saml"
        document = responses.response(given, acs=acs, answers=asked)
        route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{acs}"><input type="hidden" name="SAMLResponse"'
            f' value="{encoded(document)}"></form><script>document.forms[0].submit()</script>',
        )

    page.route(f"{PORTAL}/**", answer)


def _request_id(text: str) -> str:
    document = zlib.decompress(base64.b64decode(text), -15)
    return str(etree.fromstring(document).get("ID"))


def test_the_portal_leads_to_a_choice_and_the_choice_into_the_console(
    page: Page, server: LiveServer, pairs: list[str]
) -> None:
    portal(page, server, pairs)
    page.goto(f"{PORTAL}/sso")
    page.wait_for_url(f"{server.url}/saml/roles")
    check(page)
    page.get_by_label("Auditor").check()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server.url}/home")
    assert page.get_by_text("Auditor/alice").first.is_visible()
    # A second response beside the session asks before it ends it.
    page.goto(f"{PORTAL}/sso")
    page.wait_for_url(f"{server.url}/saml/roles")
    assert page.get_by_text("You must first log out").is_visible()
    page.get_by_label("Developer").check()
    page.get_by_role("button", name="Sign out and sign in").click()
    page.wait_for_url(f"{server.url}/home")
    assert page.get_by_text("Developer/alice").first.is_visible()


def test_a_sign_in_that_begins_here_comes_back_to_the_same_browser(
    page: Page, server: LiveServer, pairs: list[str]
) -> None:
    portal(page, server, pairs[:1])
    account = pairs[0].split(":")[4]
    begin = f"{server.url}/sign-in/saml/{account}/Corp?next=/preferences"
    # Redirects to other sites are not routed: follow this one by hand.
    started = page.context.request.get(begin, max_redirects=0)
    page.goto(started.headers["location"])
    page.wait_for_url(f"{server.url}/preferences")
