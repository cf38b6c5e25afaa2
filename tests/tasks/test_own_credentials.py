"""T4, T6, T7 and T8: passwords, devices and keys, one's own and a key of somebody else."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from identity.models import AccessKey
from tests.authenticator import Authenticator
from tests.browser import needs_browser
from tests.credentials import Key
from tests.entrance import NEW
from tests.factories import PASSWORD
from tests.tasks.conftest import NewHand
from tests.tasks.hand import Hand
from tests.tasks.world import World

pytestmark = needs_browser


def test_t4_change_ones_own_password(new_hand: NewHand) -> None:
    hand, elsewhere = new_hand("ben"), new_hand("ben", at="/me")
    page = hand.page
    hand.account_menu("Change password")
    expect(page.locator("#username")).to_have_value("ben")
    expect(page.get_by_role("list", name="Password rules")).to_be_visible()
    _type_passwords(hand, PASSWORD, "short")
    hand.enter()
    hand.is_refused("New password")
    assert hand.field("New password").get_attribute("aria-invalid") == "true"
    _type_passwords(hand, PASSWORD, NEW)
    hand.press("Change password")
    assert hand.clicks <= 3
    expect(page.get_by_role("status").first).to_contain_text("assword")
    hand.open("/me")
    assert page.url.endswith("/me")
    elsewhere.open("/me")
    assert not elsewhere.page.url.endswith("/me")
    hand.open("/me/password")
    _type_passwords(hand, PASSWORD, "Third-horse-9")
    hand.enter()
    hand.is_refused("Current password")


def _type_passwords(hand: Hand, current: str, new: str) -> None:
    hand.type("Current password", current)
    hand.type("New password", new)
    hand.type("Type it again", new)


def test_t4_who_may_not_is_told_whom_to_ask(new_hand: NewHand) -> None:
    hand = new_hand("carol", at="/me/password")
    hand.sees("your administrator")
    assert hand.page.locator("main input[type=password]").count() == 0


def test_t6_add_an_authenticator_app(new_hand: NewHand, world: World) -> None:
    hand = new_hand("dora")
    page = hand.page
    hand.account_menu("My security credentials")
    hand.press("Add authenticator app")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    phone = Authenticator(
        "", (page.locator("main [data-source]").text_content() or "").replace(" ", "")
    )
    hand.type("Device name", "Phone")
    hand.type("Code from the app", phone.code())
    hand.press("Add device")
    codes = (page.locator("main pre").last.text_content() or "").split()
    assert len(codes) == 10
    hand.press("I have saved these codes")
    assert hand.clicks <= 5
    expect(page.get_by_role("rowheader", name="Phone")).to_be_visible()
    for right in (True, False):
        _sign_in_with(new_hand(), world, codes[0], right=right)


def _sign_in_with(hand: Hand, world: World, code: str, *, right: bool) -> None:
    """By a recovery code, which is good for one time."""
    hand.open(f"/sign-in/{world.alias}")
    hand.type("User name", "dora")
    hand.type("Password", PASSWORD)
    hand.press("Sign in")
    hand.press("Use a recovery code")
    hand.type("Recovery code", code)
    hand.enter()
    if right:
        expect(hand.page.get_by_text("You have 9 recovery codes")).to_be_visible()
    else:
        hand.is_refused("code")


def test_t7_create_an_own_access_key(new_hand: NewHand, world: World) -> None:
    hand = new_hand("ben")
    page = hand.page
    hand.account_menu("My security credentials")
    hand.press("Create access key")
    hand.type("Description – optional", "laptop")
    hand.press("Create access key")
    header, values = list(csv.reader(io.StringIO(hand.download("Download .csv"))))
    assert header == ["Access key ID", "Secret access key"]
    hand.press("Done")
    assert hand.clicks <= 6
    hand.sees("Never used")
    me = world.server.client("iam", Key(*values)).get_user()["User"]
    assert me["UserName"] == "ben"
    with world.rows():
        assert (
            AccessKey.objects.filter(user__name="ben", user__account=world.account_id).count() == 1
        )
    hand.press("Create access key")
    hand.press("Create access key")
    hand.press("Done")
    third = page.get_by_role("link", name="Create access key")
    expect(third).to_have_attribute("aria-disabled", "true")
    hand.sees("You have two keys. Delete one first.")


def test_t8_rotate_a_key_to_the_end(new_hand: NewHand, world: World) -> None:
    with world.rows():
        old = AccessKey.objects.get(user__name="bob", user__account=world.account_id).id
    hand = new_hand("alice")
    page = hand.page
    hand.go("Users")
    hand.press("bob")
    hand.press("Security credentials")
    hand.press(f"Rotate {old}")
    hand.press("Create new key")
    assert hand.download("Download .csv")
    hand.press("Done")
    hand.sees("Update programs")
    hand.open("/iam")
    hand.press("1 key rotation in progress")
    hand.press("Deactivate old key")
    hand.press("Undo", counted=False)
    hand.press("Deactivate old key", counted=False)
    hand.open("/iam")
    hand.press("1 key rotation in progress")
    hand.press("Delete old key")
    hand.type(page.locator("main label").last.text_content() or "", old[-4:])
    hand.press("Delete key")
    assert hand.clicks <= 12
    with world.rows():
        (left,) = AccessKey.objects.filter(user__name="bob", user__account=world.account_id)
    assert left.id != old
    hand.open("/iam")
    assert page.get_by_text("key rotation in progress").count() == 0
