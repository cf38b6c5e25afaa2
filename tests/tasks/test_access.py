"""T10 to T14: policies and their versions, roles, a SAML provider, and why somebody is denied."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from identity.models import User
from tests.browser import needs_browser
from tests.factories import make_document, make_policy
from tests.federation.documents import metadata
from tests.tasks.conftest import NewHand
from tests.tasks.hand import Hand
from tests.tasks.world import World

pytestmark = needs_browser


def test_t10_create_a_policy_from_json(new_hand: NewHand) -> None:
    hand = new_hand("alice")
    page = hand.page
    hand.go("Policies")
    hand.press("Create policy")
    hand.type("Policy name", "ReadOne")
    hand.type("Policy document", _allowing("s3:GetObjekt", "arn:aws:s3:::reports/*"))
    hand.press("Check", counted=False)
    hand.sees("s3:GetObject")
    hand.type("Policy document", _allowing("s3:GetObject", "arn:aws:s3:::reports/*"))
    hand.press("Create policy")
    assert hand.clicks <= 3
    assert "/iam/policies/ReadOne" in page.url
    hand.open("/iam/create-policy")
    hand.type("Policy name", "All")
    hand.type("Policy document", _allowing("*", "*"))
    hand.press("Create policy")
    hand.sees("Security")
    hand.press("Create anyway")
    assert "/iam/policies/All" in page.url


def test_t10_a_document_that_is_too_long_is_refused_with_both_numbers(new_hand: NewHand) -> None:
    hand = new_hand("alice", at="/iam/create-policy")
    hand.type("Policy name", "Long")
    hand.type("Policy document", _allowing("s3:GetObject", "arn:aws:s3:::" + "x" * 6200))
    hand.press("Create policy")
    hand.is_refused("6144")


def _allowing(action: str, resource: str) -> str:
    return make_document([{"Effect": "Allow", "Action": action, "Resource": resource}])


def test_t11_go_back_to_an_earlier_version(new_hand: NewHand) -> None:
    hand = new_hand("alice")
    page = hand.page
    hand.go("Policies")
    hand.type("Find policies", "ReadRep")
    hand.enter()
    hand.press("ReadReports")
    hand.press("Versions")
    hand.press("Make default v1")
    assert hand.clicks <= 4
    expect(page.get_by_role("row", name="v1").first).to_contain_text("Default")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    hand.press("Compare with default v2")
    hand.sees("added")
    hand.sees("removed")


def test_t12_a_role_for_another_account_and_switch(new_hand: NewHand, world: World) -> None:
    hand = new_hand("alice")
    hand.press("Create role")
    hand.type("Role name", "PartnerAudit")
    hand.pick("Another account")
    hand.type("Account ID", world.partner_id)
    hand.press("Next")
    hand.type("Find policies", "ReadRep")
    hand.enter()
    hand.tick("ReadReports, Custom")
    hand.press("Create role")
    hand.sees("What lets people use it")
    link = hand.page.get_by_role("link", name="Open in Switch role").get_attribute("href")
    with world.rows():
        arn = f"arn:aws:iam::{world.account_id}:role/PartnerAudit"
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn}
        make_policy(User.objects.get(account=world.partner_id, name="pat"), "Audit", [statement])
    pat = new_hand("pat", world.partner_id)
    pat.account_menu(f"PartnerAudit @ {world.alias}")
    _use_and_put_down(pat)
    assert hand.clicks + pat.clicks <= 7
    pat.clicks = 0
    pat.open(link or "")
    pat.press("Switch role")
    _use_and_put_down(pat)
    assert hand.clicks + pat.clicks <= 7


def _use_and_put_down(pat: Hand) -> None:
    strip = pat.page.get_by_label("Role in use")
    expect(strip).to_contain_text("Using role PartnerAudit in")
    assert pat.page.url.endswith("/home")
    expect(pat.page.locator("main")).to_contain_text("via pat")
    pat.press("Stop using role", within=".strip", counted=False)
    expect(strip).to_be_hidden()


def test_t13_connect_a_saml_provider_and_create_its_role(new_hand: NewHand) -> None:
    hand = new_hand("alice")
    page = hand.page
    hand.go("Identity providers")
    hand.press("Add SAML provider")
    hand.type("Provider name", "Corp")
    hand.choose_file("Metadata file – optional", "metadata.xml", metadata())
    hand.press("Add provider")
    hand.sees("Values for the identity provider")
    hand.press("Create a role for this provider")
    assert page.get_by_role("radio", name="SAML sign-in").is_checked()
    hand.type("Role name", "CorpReader")
    hand.press("Next")
    hand.type("Find policies", "ReadRep")
    hand.enter()
    hand.tick("ReadReports, Custom")
    hand.press("Create role")
    assert hand.clicks <= 9
    hand.sees("Role CorpReader was created")


def test_t14_why_somebody_is_denied(new_hand: NewHand) -> None:
    carol = new_hand("carol", at="/iam/users")
    carol.sees("iam:ListUsers")
    carol.press("Explain this")
    assert carol.clicks == 1
    expect(carol.page.locator(".ladder")).to_be_visible()
    hand = new_hand("alice")
    hand.go("Users")
    hand.press("carol")
    hand.press("Explain access")
    hand.type("Action", "s3:GetObject")
    hand.type("Resource", "arn:aws:s3:::reports/january")
    hand.press("Explain")
    assert hand.clicks <= 4
    expect(hand.page.locator(".answer")).to_contain_text("Denied")
    expect(hand.page.locator(".ladder li").first).to_be_visible()
    assert json.dumps("s3:GetObject") in hand.page.locator("main").inner_text()
