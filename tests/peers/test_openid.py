"""People and programs come in by OpenID providers that nobody here wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Page, expect

from tests.browser import check, needs_browser
from tests.credentials import PASSWORD as OURS
from tests.credentials import Key
from tests.live_server import LiveServer
from tests.peers.conftest import ROOT
from tests.peers.id_tokens import id_token
from tests.peers.provider import PASSWORD, USER, OidcPeer


@pytest.fixture(scope="module")
def role(house: LiveServer, owner: tuple[str, Key], oidc_peer: OidcPeer) -> str:
    """ARN of a role that trusts the peer, for our client there."""
    iam = house.client("iam", owner[1])
    name = oidc_peer.issuer.removeprefix("https://")
    provider = f"arn:aws:iam::{owner[0]}:oidc-provider/{name}"
    known = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    if {"Arn": provider} not in known:
        iam.create_open_id_connect_provider(
            Url=oidc_peer.issuer, ClientIDList=[oidc_peer.client_id]
        )
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{name}:aud": oidc_peer.client_id}},
    }
    made: str = iam.create_role(
        RoleName=f"Of-{oidc_peer.name}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )["Role"]["Arn"]
    return made


@pytest.fixture(scope="module")
def token(oidc_peer: OidcPeer) -> str:
    return id_token(oidc_peer)


@pytest.fixture
def sts(house: LiveServer) -> Any:
    return boto3.client(
        "sts",
        endpoint_url=house.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )


def test_boto3_gets_credentials_for_the_token_of_a_peer(
    house: LiveServer, oidc_peer: OidcPeer, role: str, token: str, sts: Any
) -> None:
    answer = sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="alice", WebIdentityToken=token
    )
    assert answer["Audience"] == oidc_peer.client_id
    given = answer["Credentials"]
    key = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    who = house.client("sts", key).get_caller_identity()["Arn"]
    assert who.endswith(f":assumed-role/Of-{oidc_peer.name}/alice")


def test_the_token_of_a_peer_is_refused_when_a_letter_of_it_changes(
    role: str, token: str, sts: Any
) -> None:
    at = token.rindex(".") + 20
    other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    with pytest.raises(ClientError) as problem:
        sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="alice", WebIdentityToken=other
        )
    assert problem.value.response["Error"]["Code"] == "InvalidIdentityToken"


# --- people, in a browser ------------------------------------------------------------------------

# What names a session at each peer, and whether it says the roles itself.
_SETTINGS = {
    "oidc-provider": {"session_claim": "sub", "roles": "Of-oidc-provider"},
    "django-oauth-toolkit": {
        "session_claim": "preferred_username",
        "role_claim": "groups",
    },
}


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser that takes the peers' certificates."""
    context = chromium.new_context(reduced_motion="reduce", ignore_https_errors=True)
    yield context.new_page()
    context.close()


def _set_up(page: Page, house: LiveServer, peer: OidcPeer) -> str:
    """Root writes our client into the provider's page; returns the address of its pages."""
    page.goto(f"{house.url}/sign-in/root")
    page.get_by_label("E-mail").fill(ROOT)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(OURS)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{house.url}/home")
    at = f"{house.url}/iam/providers/oidc/{urlsplit(peer.redirect_uri).path.split('/')[4]}"
    page.goto(f"{at}/sign-on")
    page.get_by_label("Client secret").fill(peer.client_secret)
    page.get_by_label("Name on the button").fill(peer.name)
    page.get_by_label("Offer it on the sign-in page").check()
    for name, value in _SETTINGS[peer.name].items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{at}/sign-on")
    expect(page.get_by_text("The sign-in settings were saved.")).to_be_visible()
    return at


def _at_the_peer(page: Page) -> None:
    """Password and consent, on the peer's own pages."""
    page.locator("input[name=login], input[name=username]").fill(USER)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("button, input[type=submit]").first.click()
    page.get_by_role("button", name=re.compile("Continue|Authorize")).click()


@needs_browser[0]
@needs_browser[1]
def test_a_person_signs_in_at_a_peer_and_comes_into_the_console(
    page: Page, house: LiveServer, owner: tuple[str, Key], oidc_peer: OidcPeer, role: str
) -> None:
    at = _set_up(page, house, oidc_peer)
    check(page)
    page.goto(f"{at}/test")
    page.get_by_role("link", name="Start test sign-in").click()
    _at_the_peer(page)
    page.wait_for_url(f"{at}/test?attempt=*")
    expect(page.get_by_text("Everything fits.")).to_be_visible()
    check(page)
    page.context.clear_cookies()
    page.goto(f"{house.url}/sign-in/{owner[0]}?next=/iam/roles")
    page.get_by_role("link", name=f"Sign in with {oidc_peer.name}").click()
    _at_the_peer(page)
    page.wait_for_url(f"{house.url}/iam/roles")
    expect(page.locator("header.top")).to_contain_text(f"Of-{oidc_peer.name}/{USER}")
