"""Identity providers of others sign people in here: in the console, and for a program."""

from __future__ import annotations

import html
import json
import re
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.credentials import Key
from tests.live_server import LiveServer
from tests.peers.provider import PASSWORD, USER, SamlPeer, say

AWS = "https://aws.amazon.com/SAML/Attributes/"


class Browser:
    """As much of one as forms need: cookies, and what a page would post."""

    def __init__(self) -> None:
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        ).open
        self.url = ""

    def get(self, url: str) -> str:
        return self._read(url, None)

    def submit(self, page: str, **typed: str) -> str:
        """Send the page's first form with its hidden fields."""
        action = re.search(r'<form[^>]*\baction="([^"]*)"', page)
        fields = hidden(page) | typed
        return self._read(urljoin(self.url, html.unescape(action[1] if action else "")), fields)

    def post(self, url: str, fields: Mapping[str, str]) -> str:
        return self._read(url, fields)

    def _read(self, url: str, fields: Mapping[str, str] | None) -> str:
        data = urlencode(fields).encode() if fields is not None else None
        with self._open(url, data, timeout=20) as answer:
            self.url = answer.geturl()
            return str(answer.read().decode())


def hidden(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") == "hidden" and "name" in given:
            found[given["name"]] = html.unescape(given.get("value", ""))
    return found


@pytest.fixture(scope="module")
def entry(house: LiveServer, owner: tuple[str, Key], saml_peer: SamlPeer) -> tuple[str, str]:
    """A role and the peer as its provider; the peer says so of its person."""
    iam = house.client("iam", owner[1])
    provider = iam.create_saml_provider(
        Name=f"{saml_peer.name}-entry", SAMLMetadataDocument=saml_peer.metadata
    )["SAMLProviderArn"]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                "Condition": {"StringEquals": {"SAML:aud": f"{house.url}/saml"}},
            }
        ],
    }
    role = iam.create_role(
        RoleName=f"{saml_peer.name}-role", AssumeRolePolicyDocument=json.dumps(trust)
    )["Role"]["Arn"]
    said = {
        f"{AWS}Role": [f"{role},{provider}"],
        f"{AWS}RoleSessionName": ["alice@example.test"],
        f"{AWS}PrincipalTag:team": ["blue"],
    }
    say(saml_peer, said)
    return role, provider


def signed_in_at(peer: SamlPeer) -> tuple[Browser, str]:
    """A browser with the page that posts the peer's response to us."""
    browser = Browser()
    page = browser.get(peer.start_url)
    typed = {peer.user_field.lower(): USER, "password": PASSWORD}
    return browser, browser.submit(page, **typed)


def test_a_person_signs_in_to_the_console(
    house: LiveServer, saml_peer: SamlPeer, entry: tuple[str, str]
) -> None:
    browser, page = signed_in_at(saml_peer)
    home = browser.submit(page)
    assert browser.url == f"{house.url}/home"
    assert f"{saml_peer.name}-role/alice@example.test" in home


def test_a_program_trades_the_response_for_credentials(
    house: LiveServer, saml_peer: SamlPeer, entry: tuple[str, str]
) -> None:
    role, provider = entry
    _browser, page = signed_in_at(saml_peer)
    sts: Any = boto3.client(
        "sts",
        endpoint_url=house.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED),
    )
    given = {"RoleArn": role, "PrincipalArn": provider}
    answer = sts.assume_role_with_saml(**given, SAMLAssertion=hidden(page)["SAMLResponse"])
    assert answer["Audience"] == f"{house.url}/saml"
    assert answer["AssumedRoleUser"]["Arn"].endswith("/alice@example.test")
    found = answer["Credentials"]
    key = Key(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
    own = house.client("sts", key)
    assert own.get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]
    with pytest.raises(sts.exceptions.InvalidIdentityTokenException):
        sts.assume_role_with_saml(**given, SAMLAssertion=hidden(page)["SAMLResponse"])
