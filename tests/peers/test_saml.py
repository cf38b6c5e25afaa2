"""People and programs come in by SAML providers that nobody here wrote."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, Page, expect

from tests.browser import needs_browser
from tests.credentials import Key
from tests.live_server import LiveServer
from tests.peers.provider import PASSWORD, USER, SamlPeer, say

AWS = "https://aws.amazon.com/SAML/Attributes/"
_FIELD = re.compile(r"<(?:input|button)\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)\s*=\s*"([^"]*)"')
_FORM = re.compile(r'<form[^>]*action="([^"]*)"')


@pytest.fixture(scope="module")
def roles(house: LiveServer, owner: tuple[str, Key], saml_peer: SamlPeer) -> tuple[str, str]:
    """ARNs of a role that trusts the peer, and of the peer as a provider."""
    iam = house.client("iam", owner[1])
    provider = iam.create_saml_provider(
        Name=saml_peer.name, SAMLMetadataDocument=saml_peer.metadata
    )["SAMLProviderArn"]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": f"{house.url}/saml"}},
    }
    role = iam.create_role(
        RoleName=f"Of{saml_peer.name}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )["Role"]["Arn"]
    say(
        saml_peer,
        {
            f"{AWS}Role": [f"{role},{provider}"],
            f"{AWS}RoleSessionName": ["alice@example.test"],
            f"{AWS}SessionDuration": ["1800"],
            f"{AWS}PrincipalTag:team": ["blue"],
        },
    )
    return role, provider


def fields(page: str) -> dict[str, str]:
    tags = (dict(_ATTRIBUTE.findall(tag)) for tag in _FIELD.findall(page))
    return {tag["name"]: unescape(tag.get("value", "")) for tag in tags if "name" in tag}


def response_of(peer: SamlPeer) -> str:
    """Sign in at the peer without a browser; the SAMLResponse that its page would post to us."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with opener.open(peer.start_url, timeout=20) as answer:
        address, page = answer.geturl(), answer.read().decode()
    name = peer.user_field.lower()
    sent = {**fields(page), name: USER, "password": PASSWORD}
    form = _FORM.search(page)
    target = urljoin(address, unescape(form[1]) if form else "")
    with opener.open(target, urlencode(sent).encode(), timeout=20) as answer:
        return fields(answer.read().decode())["SAMLResponse"]


def sts(house: LiveServer) -> Any:
    return boto3.client(
        "sts",
        endpoint_url=house.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )


def test_boto3_gets_credentials_for_the_response_of_a_peer(
    house: LiveServer, saml_peer: SamlPeer, roles: tuple[str, str]
) -> None:
    answer = sts(house).assume_role_with_saml(
        RoleArn=roles[0], PrincipalArn=roles[1], SAMLAssertion=response_of(saml_peer)
    )
    assert answer["Subject"] == USER
    assert answer["SubjectType"] == "persistent"
    given = answer["Credentials"]
    key = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    who = house.client("sts", key).get_caller_identity()["Arn"]
    assert who.endswith(f":assumed-role/Of{saml_peer.name}/alice@example.test")


def test_the_response_of_a_peer_is_refused_when_a_letter_of_it_changes(
    house: LiveServer, saml_peer: SamlPeer, roles: tuple[str, str]
) -> None:
    given = response_of(saml_peer)
    at = len(given) * 2 // 3
    other = given[:at] + ("A" if given[at] != "A" else "B") + given[at + 1 :]
    with pytest.raises(ClientError) as problem:
        sts(house).assume_role_with_saml(
            RoleArn=roles[0], PrincipalArn=roles[1], SAMLAssertion=other
        )
    assert problem.value.response["Error"]["Code"] == "InvalidIdentityToken"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def sign_in_at(peer: SamlPeer, page: Page) -> None:
    page.get_by_label(peer.user_field).fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()


@needs_browser[0]
@needs_browser[1]
def test_a_person_comes_into_the_console_from_the_portal_of_a_peer(
    page: Page, house: LiveServer, saml_peer: SamlPeer, roles: tuple[str, str]
) -> None:
    page.goto(saml_peer.start_url)
    sign_in_at(saml_peer, page)
    page.wait_for_url(f"{house.url}/home")
    expect(page.locator("header.top")).to_contain_text(f"Of{saml_peer.name}")


@needs_browser[0]
@needs_browser[1]
def test_a_person_comes_back_from_a_peer_that_our_sign_in_page_asked(
    page: Page,
    house: LiveServer,
    owner: tuple[str, Key],
    saml_peer: SamlPeer,
    roles: tuple[str, str],
) -> None:
    page.goto(f"{house.url}/sign-in/saml/{owner[0]}/{saml_peer.name}")
    assert page.url.startswith(saml_peer.metadata_url.rpartition("/saml2")[0][:22])
    sign_in_at(saml_peer, page)
    page.wait_for_url(f"{house.url}/home")
    expect(page.locator("header.top")).to_contain_text(f"Of{saml_peer.name}")


@needs_browser[0]
@needs_browser[1]
def test_who_signs_out_on_one_side_is_signed_out_on_the_other(
    page: Page,
    house: LiveServer,
    owner: tuple[str, Key],
    saml_peer: SamlPeer,
    roles: tuple[str, str],
) -> None:
    """Under our own name SimpleSAMLphp encrypts what it sends to us, and signs logouts."""
    if saml_peer.name != "SimpleSAMLphp":
        pytest.skip("offers no logout")
    start = f"{house.url}/sign-in/saml/{owner[0]}/{saml_peer.name}"
    page.goto(start)
    sign_in_at(saml_peer, page)
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
