"""T3, T5, T9 and T15: users and groups, looked after by an administrator."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from identity.models import User
from tests.browser import needs_browser
from tests.factories import PASSWORD
from tests.tasks.conftest import NewHand
from tests.tasks.world import World

pytestmark = needs_browser


def test_t3_create_a_user_and_save_the_password(new_hand: NewHand, world: World) -> None:
    hand = new_hand("alice")
    page = hand.page
    hand.press("Create user")
    assert not page.get_by_role("radio", name="Password – ").is_checked()
    hand.type("User name", "dana smith")
    hand.press("Next", counted=False)
    hand.is_refused("User name")
    hand.type("User name", "dana")
    hand.pick("Password – this person signs in here")
    hand.press("Next")
    hand.tick("ops")
    hand.press("Create user")
    expect(page.locator("main")).to_contain_text(f"/sign-in/{world.alias}")
    password = page.locator("output[data-source]")
    assert not password.is_visible()
    rows = list(csv.DictReader(io.StringIO(hand.download("Download .csv"))))
    assert hand.clicks <= 6
    assert len(rows) == 1
    assert len(rows[0]) == 3
    assert password.text_content() in rows[0].values()
    page.reload(wait_until="domcontentloaded")
    assert password.count() == 1
    shown_at = page.url
    hand.press("Done")
    assert page.url.endswith("/iam/users/dana/permissions")
    page.goto(shown_at)
    assert password.count() == 0


def test_t5_reset_a_password_and_read_the_new_one(new_hand: NewHand) -> None:
    hand = new_hand("alice")
    page = hand.page
    hand.go("Users")
    hand.type("Find users", "bob")
    hand.enter()
    hand.press("bob")
    hand.press("Reset password")
    assert page.get_by_role("radio", name="Generate").is_checked()
    assert hand.field("Ask for a new password at next sign-in").is_checked()
    hand.press("Reset password")
    hand.unfold("Show")
    assert hand.clicks <= 5
    password = page.locator("output[data-source]").inner_text()
    assert len(password) == 20
    assert password[0].isalnum()
    hand.press("Done")
    hand.sees("Must change")
    hand.open("/activity?name=UpdateLoginProfile")
    assert password not in page.content()


def test_t9_attach_a_policy_to_a_group(new_hand: NewHand) -> None:
    hand = new_hand("alice")
    hand.go("User groups")
    hand.press("ops")
    hand.press("Attach policies")
    hand.type("Find policies", "ReadRep")
    hand.enter()
    hand.tick("ReadReports, Custom")
    hand.press("Attach policies")
    assert hand.clicks <= 5
    expect(hand.page.get_by_role("rowheader", name="ReadReports")).to_be_visible()
    expect(hand.page.get_by_role("button", name="Undo")).to_be_visible()
    hand.sees("1 of 10")


def test_t15_delete_a_user(new_hand: NewHand, world: World) -> None:
    hand, other = new_hand("alice"), new_hand("dirk", at="/me")
    page = hand.page
    hand.go("Users")
    hand.tick("dirk")
    hand.press("Delete")
    expect(page.locator("main")).to_contain_text("password")
    hand.type("To confirm, type dirk", "somebody")
    hand.press("Delete user", counted=False)
    hand.is_refused("")
    hand.type("To confirm, type dirk", "DIRK")
    hand.press("Delete user")
    assert hand.clicks <= 4
    with world.rows():
        assert not User.objects.filter(account_id=world.account_id, name="dirk").exists()
    answer = page.goto("/iam/users/dirk")
    assert answer
    assert answer.status == 410
    other.open("/me")
    assert "/sign-in" in other.page.url or "session-expired" in other.page.url
    assert PASSWORD not in page.content()
