"""The corporate directory: what it signs, and with which faults, sent to where it belongs."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import XMLVerifier

from console.demo import keys, saml
from console.models import DemoKey
from federation.saml import metadata
from identity import vault
from identity.models import Account
from tests.console.demo.conftest import BASE
from tests.console.pages import hidden, text

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SetUp = Callable[[str], Any]


@pytest.fixture
def ines(set_up: SetUp) -> Client:
    """The browser of a developer, signed in at the company and nowhere else."""
    set_up("directory")
    return at_work("ines")


def at_work(login: str) -> Client:
    browser = Client()
    fields = hidden(browser.get("/demo/idp/sign-in"))
    browser.post("/demo/idp/sign-in", {**fields, "person": login})
    return browser


def press_tile(browser: Client, query: str = "", **chosen: Any) -> Any:
    fields = hidden(browser.get(f"/demo/idp/apps{query}"))
    wanted = {"roles": ["DemoDeveloper"], "tags": "", "seconds": "3600", **chosen}
    return browser.post("/demo/idp/send", {**fields, **wanted})


def sent(answer: Any) -> Any:
    """The response that the page would post."""
    return etree.fromstring(base64.b64decode(hidden(answer)["SAMLResponse"]))


def attributes(root: Any) -> dict[str, list[str]]:
    found = root.iter(f"{SAML}Attribute")
    return {
        one.get("Name").removeprefix(saml.ATTRIBUTES): [value.text for value in one]
        for one in found
    }


def verified(root: Any) -> Any:
    _key, certificate = keys.key(keys.DIRECTORY)
    assertion = root.find(f"{SAML}Assertion")
    done: Any = XMLVerifier().verify(etree.tostring(assertion), x509_cert=certificate)
    return done.signed_xml


def test_its_metadata_is_what_the_provider_was_made_from(ines: Client) -> None:
    answer = ines.get("/demo/idp/metadata.xml")
    assert answer.headers["Content-Type"] == "application/samlmetadata+xml"
    read = metadata.read(answer.content.decode())
    assert [one.entity_id for one in read.providers] == [f"{BASE}/demo/idp/metadata.xml"]


def test_the_key_is_made_once_and_sealed(ines: Client) -> None:
    row = DemoKey.objects.get()
    assert b"PRIVATE KEY" not in bytes(row.sealed_key)
    assert b"PRIVATE KEY" in vault.unseal(row.sealed_key, row.purpose)
    assert keys.key(keys.DIRECTORY)[1] == row.certificate


def test_the_tile_posts_a_signed_response_to_the_console(ines: Client, account: Account) -> None:
    answer = press_tile(
        ines,
        roles=["DemoDeveloper", "DemoAuditor"],
        tags="department=engineering\r\nteam=core",
        seconds="900",
        source_identity="ines",
    )
    page = answer.content.decode()
    assert f'action="{BASE}/saml"' in page
    assert "Continue" in text(answer)
    assert "js/send.js" in page
    said = attributes(verified(sent(answer)))
    provider = f"arn:aws:iam::{account.pk}:saml-provider/DemoDirectory"
    assert said == {
        "Role": [
            f"arn:aws:iam::{account.pk}:role/DemoDeveloper,{provider}",
            f"arn:aws:iam::{account.pk}:role/DemoAuditor,{provider}",
        ],
        "RoleSessionName": ["ines@harbourmill.example"],
        "SessionDuration": ["900"],
        "PrincipalTag:department": ["engineering"],
        "PrincipalTag:team": ["core"],
        "SourceIdentity": ["ines"],
    }


def test_an_authn_request_is_answered_by_its_id(ines: Client) -> None:
    request = f'<samlp:AuthnRequest xmlns:samlp="{saml.SAMLP}" ID="_asked"/>'
    deflate = zlib.compressobj(wbits=-15)
    packed = base64.b64encode(deflate.compress(request.encode()) + deflate.flush()).decode()
    arrived = Client().get("/demo/idp/sign-in", {"SAMLRequest": packed, "RelayState": "/iam"})
    assert hidden(arrived)["request"] == "_asked"
    answer = press_tile(ines, "?request=_asked&relay_state=/iam")
    assert sent(answer).get("InResponseTo") == "_asked"
    assert hidden(answer)["RelayState"] == "/iam"


@pytest.mark.parametrize("garbage", ["!", "AAAA", base64.b64encode(b"x" * 99).decode()])
def test_an_unreadable_authn_request_is_no_request(garbage: str, ines: Client) -> None:
    page = Client().get("/demo/idp/sign-in", {"SAMLRequest": garbage})
    assert hidden(page)["request"] == ""


def test_faults_are_in_the_response_that_was_asked_for(ines: Client) -> None:
    late = verified(sent(press_tile(ines, fault=saml.EXPIRED)))
    assert (
        late.find(f"{SAML}Conditions").get("NotOnOrAfter") < f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    )
    other = verified(sent(press_tile(ines, fault=saml.WRONG_AUDIENCE)))
    assert "urn:somebody:else" in [one.text for one in other.iter(f"{SAML}Audience")]
    unknown = verified(sent(press_tile(ines, fault=saml.UNKNOWN_ROLE)))
    assert "NobodyMadeThisRole" in attributes(unknown)["Role"][0]
    unsigned = sent(press_tile(ines, fault=saml.UNSIGNED))
    assert unsigned.find(".//{http://www.w3.org/2000/09/xmldsig#}Signature") is None
    with pytest.raises(InvalidSignature):
        verified(sent(press_tile(ines, fault=saml.FOREIGN_KEY)))


@pytest.mark.parametrize(
    "chosen",
    [{"roles": []}, {"roles": ["Other"]}, {"tags": "no pair"}, {"fault": "x"}, {"seconds": "1"}],
)
def test_what_cannot_be_chosen_comes_back(ines: Client, chosen: dict[str, Any]) -> None:
    answer = press_tile(ines, **chosen)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()


def test_who_is_not_signed_in_at_the_company_chooses_a_person_first(set_up: SetUp) -> None:
    set_up("directory")
    browser = Client()
    assert browser.get("/demo/idp/apps").headers["Location"].startswith("/demo/idp/sign-in")
    assert browser.post("/demo/idp/send").headers["Location"] == "/demo/idp/sign-in"
    browser.cookies["demo-person"] = "ines"
    assert browser.get("/demo/idp/apps").status_code == 302


def test_signing_out_at_the_company_ends_it(ines: Client) -> None:
    ines.post("/demo/idp/sign-out")
    assert ines.get("/demo/idp/apps").status_code == 302
