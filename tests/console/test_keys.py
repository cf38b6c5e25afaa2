"""Access keys as a whole: which are old or idle, what they are called, and how one is replaced."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console import key_rotation
from console.models import KeyRotation
from identity.models import AccessKey, Account, LastAccess, User, UserTag
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import ADMINISTRATOR, make_key, make_user

TRIAGE = "/iam/keys"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def bob(account: Account) -> User:
    return make_user(account, "bob", allow=["iam:GetUser"])


def aged(user: User, days: int, used: int | None = None) -> AccessKey:
    """An active key made, and if said used, so many days ago."""
    row = AccessKey.objects.get(pk=make_key(user).id)
    row.created_at = timezone.now() - timedelta(days=days)
    if used is not None:
        row.last_used_at = timezone.now() - timedelta(days=used, minutes=1)
        row.last_used_service, row.last_used_region = "s3", "us-east-1"
        row.last_used_from = "203.0.113.7"
    row.save()
    return row


def ids(answer: Any) -> list[str]:
    return [row.key.id for row in answer.context["rows"]]


# --- triage ----------------------------------------------------------------------------------


def test_keys_are_ranked_by_age_by_last_use_and_by_never_having_been_used(
    browser: Client, account: Account, bob: User
) -> None:
    old, idle = aged(bob, 200, used=1), aged(make_user(account, "eve"), 150, used=120)
    never = aged(make_user(account, "finn"), 100)
    off = aged(make_user(account, "off"), 300)
    AccessKey.objects.filter(pk=off.pk).update(active=False)
    assert ids(browser.get(TRIAGE)) == [old.id, idle.id, never.id]
    assert ids(browser.get(f"{TRIAGE}?view=unused")) == [idle.id, old.id]
    assert ids(browser.get(f"{TRIAGE}?view=never")) == [never.id]
    assert ids(browser.get(f"{TRIAGE}?view=rotating")) == []
    words = text(browser.get(TRIAGE))
    assert "Older than 90 days. Rotate it." in words
    assert "Not used for 90 days. Delete it." in words
    assert "Never used. Delete it." in words
    assert "at s3 in us-east-1 from 203.0.113.7" in words


def test_what_a_key_used_stands_against_what_it_may_do(browser: Client, account: Account) -> None:
    boss = make_user(account, "boss", allow=ADMINISTRATOR)
    aged(boss, 3, used=0)
    LastAccess.objects.create(
        account=account,
        principal=boss.unique_id,
        service="s3",
        action="GetObject",
        time=timezone.now(),
    )
    page = browser.get(TRIAGE)
    (row,) = page.context["rows"]
    assert row.used == 1
    assert row.allowed > 100
    assert "May do far more than it does." in text(page)
    assert "from=user%3Aboss" in page.content.decode()


def test_a_key_of_root_is_to_be_deleted_whatever_its_age(browser: Client, root: User) -> None:
    aged(root, 1, used=0)
    assert "A key of root can do everything. Delete it." in text(browser.get(TRIAGE))


def test_triage_costs_as_much_for_30_keys_as_for_3(browser: Client, account: Account) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"{TRIAGE}?size=50").status_code == 200
        return len(captured)

    for number in range(3):
        aged(make_user(account, f"u{number}", allow=["s3:*"]), 100)
    few = queries()
    for number in range(3, 30):
        aged(make_user(account, f"u{number}", allow=["s3:*"]), 100)
    assert queries() == few


def test_keys_of_other_accounts_are_not_there_and_rights_are_asked(
    browser: Client, signed_in: SignedIn, cleo: User, ben: User
) -> None:
    aged(cleo, 200)
    assert ids(browser.get(TRIAGE)) == []
    assert signed_in(ben).get(TRIAGE).status_code == 403


# --- descriptions ----------------------------------------------------------------------------


def test_a_description_is_a_tag_of_the_user_and_goes_with_the_key(
    browser: Client, bob: User
) -> None:
    submit(browser, "/iam/users/bob/keys/create", description="nightly backup")
    (tag,) = UserTag.objects.filter(user=bob)
    assert (tag.key, tag.value) == (AccessKey.objects.get(user=bob).id, "nightly backup")
    assert "nightly backup" in text(browser.get("/iam/users/bob/security-credentials"))
    submit(browser, f"/iam/users/bob/keys/{tag.key}/description", description="laptop")
    assert UserTag.objects.get(user=bob).value == "laptop"
    wrong = submit(browser, f"/iam/users/bob/keys/{tag.key}/description", description="a;b")
    assert wrong.status_code == 422
    submit(browser, f"/iam/users/bob/keys/{tag.key}/delete", confirm=tag.key[-4:])
    assert not UserTag.objects.filter(user=bob).exists()


# --- rotation --------------------------------------------------------------------------------


def test_a_key_is_rotated_to_the_end(browser: Client, bob: User, account: Account) -> None:
    old = aged(bob, 200, used=40)
    board = f"/iam/users/bob/keys/{old.id}/rotate"
    given = submit(browser, board)
    assert "Secret access key" in text(browser.get(given.headers["Location"]))
    assert "1 of 1" not in text(browser.get(board))
    assert KeyRotation.objects.count() == 1
    assert key_rotation.address_of_all(account) == board
    assert "Waiting for the first use of the new key" in text(browser.get(board))
    new = bob.access_keys.exclude(pk=old.pk).get()
    new.used(timezone.now(), "s3", "us-east-1", "203.0.113.9")
    assert "The new key is in use" in text(browser.get(board))
    off = browser.post(f"{board}/status", {"status": "Inactive"})
    assert off.headers["Location"] == board
    assert "Undo" in text(browser.get(board))
    browser.post(f"{board}/status", {"status": "Active"})
    assert AccessKey.objects.get(pk=old.pk).active
    browser.post(f"{board}/status", {"status": "Inactive"})
    assert submit(browser, f"{board}/delete", confirm="nope").status_code == 422
    done = submit(browser, f"{board}/delete", confirm=old.id[-4:])
    assert done.headers["Location"] == "/iam/users/bob/security-credentials"
    assert [key.id for key in bob.access_keys.all()] == [new.id]
    assert not KeyRotation.objects.exists()
    assert key_rotation.address_of_all(account) == ""


def test_an_old_key_that_was_used_today_is_deleted_only_with_a_tick(
    browser: Client, bob: User
) -> None:
    old = aged(bob, 200, used=0)
    page = f"/iam/users/bob/keys/{old.id}/rotate/delete"
    refused = submit(browser, page, confirm=old.id[-4:])
    assert refused.status_code == 422
    assert "by s3 from 203.0.113.7" in text(refused)
    submit(browser, page, confirm=old.id[-4:], despite="on")
    assert not bob.access_keys.exists()


def test_with_two_keys_the_other_one_is_taken_as_the_new_one(browser: Client, bob: User) -> None:
    old, other = aged(bob, 200), aged(bob, 2)
    board = f"/iam/users/bob/keys/{old.id}/rotate"
    assert "There are two keys already." in text(browser.get(board))
    taken = submit(browser, board, take=other.id)
    assert taken.headers["Location"] == board
    assert KeyRotation.objects.get().new_key_id == other.id


def test_the_new_key_carries_the_old_ones_description(browser: Client, bob: User) -> None:
    old = aged(bob, 200)
    UserTag.objects.create(user=bob, key=old.id, value="laptop")
    submit(browser, f"/iam/users/bob/keys/{old.id}/rotate")
    new = bob.access_keys.exclude(pk=old.pk).get()
    assert UserTag.objects.get(user=bob, key=new.id).value == "laptop"


def test_a_double_click_makes_one_key(browser: Client, bob: User) -> None:
    board = f"/iam/users/bob/keys/{aged(bob, 200).id}/rotate"
    fields = hidden(browser.get(board))
    first, second = (browser.post(board, fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert bob.access_keys.count() == 2


def test_ones_own_key_and_roots_are_rotated_under_me(
    signed_in: SignedIn, root: User, bob: User
) -> None:
    for user in (root, make_user(bob.account, "eve", allow=["iam:*"])):
        old = aged(user, 100)
        browser = signed_in(user)
        given = submit(browser, f"/me/keys/{old.id}/rotate")
        assert "Secret access key" in text(browser.get(given.headers["Location"]))
        assert browser.get(f"/me/keys/{old.id}/rotate").status_code == 200


def test_nobody_elses_key_is_reached_through_an_own_page(
    browser: Client, bob: User, cleo: User
) -> None:
    for stranger in (bob, cleo):
        key = aged(stranger, 100)
        assert browser.get(f"/me/keys/{key.id}/rotate").status_code == 404
        assert browser.get(f"/iam/users/ana/keys/{key.id}/rotate").status_code == 404


def test_the_dashboard_leads_to_the_board_of_a_rotation(browser: Client, bob: User) -> None:
    board = f"/iam/users/bob/keys/{aged(bob, 200).id}/rotate"
    submit(browser, board)
    page = browser.get("/iam")
    assert "1 key rotation in progress" in text(page)
    assert board in page.content.decode()
    Account.objects.update(user_count=1_000_000)
    assert "1 key rotation in progress" in text(browser.get("/iam"))
