"""SimpleSAMLphp encrypts its assertions for us, and signs people out on both sides."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import needs_browser
from tests.credentials import Key
from tests.live_server import LiveServer
from tests.peers.provider import SamlPeer
from tests.peers.test_saml import page as page  # the fixtures of a browser and of the roles
from tests.peers.test_saml import roles as roles
from tests.peers.test_saml import sign_in_at


@needs_browser[0]
@needs_browser[1]
def test_who_signs_out_on_one_side_is_signed_out_on_the_other(
    page: Page,
    house: LiveServer,
    owner: tuple[str, Key],
    saml_peer: SamlPeer,
    roles: tuple[str, str],
) -> None:
    if saml_peer.name != "SimpleSAMLphp":
        pytest.skip("offers no logout")
    start = f"{house.url}/sign-in/saml/{owner[0]}/{saml_peer.name}"
    page.goto(start)
    sign_in_at(saml_peer, page)  # the response that comes back is encrypted
    page.wait_for_url(f"{house.url}/home")
    page.goto(f"{house.url}/sign-out")
    page.get_by_role("button", name=f"Sign out here and at {saml_peer.name}").click()
    expect(page.get_by_text(f"Here and at {saml_peer.name}.")).to_be_visible()
    page.goto(start)
    sign_in_at(saml_peer, page)  # asked for the password again: the session there is over
    page.wait_for_url(f"{house.url}/home")
    there = saml_peer.metadata_url.removesuffix("metadata.php")
    page.goto(f"{there}initSLO.php?RelayState=/{there.partition('//')[2].partition('/')[2]}x")
    page.wait_for_load_state()
    page.goto(f"{house.url}/home")
    expect(page).to_have_url(re.compile(f"{house.url}/(session-expired|sign-in)"))
