"""T1 and T2 of section 7 of the console's design: signing in with an authenticator app."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import needs_browser
from tests.entrance import WRONG
from tests.factories import PASSWORD
from tests.tasks.conftest import NewHand
from tests.tasks.hand import Hand
from tests.tasks.world import World

pytestmark = needs_browser

WHO = "Account ID, alias, or root user e-mail"


def test_t1_sign_in_as_an_iam_user(new_hand: NewHand, world: World) -> None:
    hand = new_hand()
    hand.open("/sign-in")
    page = hand.page
    assert page.title() == "Sign in – Bartizan"
    expect(hand.field(WHO)).to_be_focused()
    hand.type(WHO, world.alias)
    hand.press("Next")
    assert page.url.endswith(f"/sign-in/{world.alias}")
    assert page.locator("input:not([type=hidden])").count() == 2
    expect(hand.field("User name")).to_have_attribute("autocomplete", "username")
    expect(hand.field("Password")).to_have_attribute("autocomplete", "current-password")
    _mistype(hand)
    hand.type("Password", PASSWORD)
    hand.press("Sign in")
    assert page.url.endswith("/sign-in/mfa/app")
    hand.type("Code", world.code("alice"))
    hand.press("Verify")
    assert page.url.endswith("/home")
    assert hand.clicks <= 3
    expect(page.locator("header.top")).to_contain_text(f"alice @ {world.alias}")
    hand.open("/activity?name=ConsoleLogin")
    expect(page.locator("main tbody")).to_contain_text("alice")


def _mistype(hand: Hand) -> None:
    hand.type("User name", "alice")
    hand.type("Password", WRONG)
    hand.enter()
    hand.is_refused("We could not sign you in.")
    expect(hand.field("User name")).to_have_value("alice")
    expect(hand.field("Password")).to_have_value("")


def test_t1_signing_in_leads_to_the_page_that_was_asked_for(
    new_hand: NewHand, world: World
) -> None:
    hand = new_hand()
    hand.open(f"/c/{world.account_id}/iam/users?q=b")
    if hand.page.locator("#id_account").count():
        hand.type(WHO, world.alias)
        hand.press("Next")
    hand.type("User name", "carol")
    hand.type("Password", PASSWORD)
    hand.press("Sign in")
    assert hand.page.url.endswith("/iam/users?q=b")


def test_t2_sign_in_as_root(new_hand: NewHand, world: World) -> None:
    hand = new_hand()
    page = hand.page
    hand.open("/sign-in")
    hand.type(WHO, world.root_email)
    hand.press("Next")
    assert page.url.endswith("/sign-in/root/password")
    email = hand.field("E-mail address")
    expect(email).to_have_value(world.root_email)
    expect(email).to_have_attribute("autocomplete", "username")
    assert not email.is_editable()
    hand.type("Password", PASSWORD)
    hand.press("Sign in")
    hand.type("Code", world.code("root"))
    hand.press("Verify")
    assert hand.clicks <= 3
    assert page.get_by_text("You are signed in as the root user").is_visible()
    assert page.locator("nav.side").get_by_text("Billing").count() == 1
    hand.account_menu("Switch role")
    expect(page.locator("main")).to_contain_text("root user")


def test_t2_an_unknown_address_meets_the_same_pages(new_hand: NewHand) -> None:
    hand = new_hand()
    hand.open("/sign-in")
    hand.type(WHO, "nobody@example.test")
    hand.press("Next")
    assert hand.page.url.endswith("/sign-in/root/password")
    hand.type("Password", PASSWORD)
    hand.press("Sign in")
    hand.is_refused("We could not sign you in.")
