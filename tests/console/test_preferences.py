"""Preferences: kept for the person, in the row of a user or the signed cookie of a session."""

from __future__ import annotations

import pytest
from django.test import Client

from console.models import KeptPreferences
from console.preferences import Preferences, read
from identity.models import User
from tests.console.conftest import SignedIn, sign_in
from tests.console.pages import submit, text

CHOSEN = {
    "theme": "dark",
    "density": "compact",
    "language": "browser",
    "zone": "europe/berlin",
    "dates": "absolute",
    "page_size": "10",
    "home": "users",
    "shortcuts": "all",
}


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def save(browser: Client, **changed: str) -> None:
    answer = submit(browser, "/preferences", **(CHOSEN | changed))
    assert answer.status_code == 303, text(answer)


def test_what_one_chooses_holds_on_every_page_and_in_every_browser(
    browser: Client, ana: User
) -> None:
    save(browser)
    other = sign_in(ana)
    html = other.get("/iam").content.decode()
    for mark in ('data-theme="dark"', 'data-density="compact"', 'data-shortcuts="all"'):
        assert mark in html
    assert 'data-zone="Europe/Berlin"' in html
    assert other.get("/").headers["Location"] == "/iam/users"


def test_times_are_told_in_the_chosen_zone_with_its_letters(browser: Client, ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(created_at="2026-01-15T11:30:00Z")
    address = "/iam/users/ana/permissions"
    assert "15 Jan 2026, 11:30 UTC" in text(browser.get(address))
    save(browser)
    assert "15 Jan 2026, 12:30 CET" in text(browser.get(address))
    save(browser, zone="Asia/Kathmandu")
    assert "15 Jan 2026, 17:15 UTC+05:45" in text(browser.get(address))
    assert 'datetime="2026-01-15T11:30:00+00:00"' in browser.get(address).content.decode()


def test_a_search_of_the_log_takes_its_moments_in_the_chosen_zone(browser: Client) -> None:
    save(browser)
    shown = browser.get("/activity?since=2026-01-15T12:30").context["form"]
    assert shown.cleaned_data["since"].isoformat() == "2026-01-15T12:30:00+01:00"


def test_the_size_of_a_page_is_the_preferred_one(browser: Client, ana: User) -> None:
    User.objects.bulk_create(
        User(account=ana.account, name=f"u{n}", name_folded=f"u{n}", unique_id=f"AIDA{n:017}")
        for n in range(12)
    )
    save(browser)
    assert len(browser.get("/iam/users").context["rows"]) == 10
    assert len(browser.get("/iam/users?size=25").context["rows"]) == 13


def test_an_unknown_zone_is_refused_in_words(browser: Client) -> None:
    answer = submit(browser, "/preferences", **(CHOSEN | {"zone": "Europe/Atlantis"}))
    assert answer.status_code == 422
    assert "There is no such time zone." in text(answer)


def test_the_browsers_zone_is_asked_about_once(browser: Client) -> None:
    line = "data-ask-zone"
    assert line in browser.get("/iam").content.decode()
    answer = browser.post("/preferences/zone", {"zone": "Asia/Tokyo", "next": "/iam"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/iam")
    html = browser.get("/iam").content.decode()
    assert line not in html
    assert "Times in JST" in html


@pytest.mark.parametrize("zone", ["../../etc/passwd", "", "Mars/Olympus"])
def test_only_a_zone_that_exists_is_kept(browser: Client, zone: str) -> None:
    browser.post("/preferences/zone", {"zone": zone, "next": "//evil.test"})
    assert KeptPreferences.objects.count() == 0


def test_everything_can_be_put_back(browser: Client, ana: User) -> None:
    save(browser)
    browser.post("/preferences/reset")
    assert read(KeptPreferences.objects.get(user=ana).chosen) == Preferences()


def test_columns_of_a_table_come_and_go(browser: Client) -> None:
    assert "Unique ID" not in text(browser.get("/iam/users"))
    answer = submit(
        browser, "/preferences/tables/users", columns=["unique_id", "mfa", "not-a-column"]
    )
    assert answer.status_code == 422
    submit(browser, "/preferences/tables/users", columns=["unique_id", "mfa"])
    words = text(browser.get("/iam/users"))
    assert "User name MFA Unique ID Actions" in words
    assert browser.get("/preferences/tables/nothing").status_code == 404


def test_what_another_release_stored_is_read_as_far_as_it_is_known() -> None:
    stored = {
        "theme": "sepia",
        "zone": 7,
        "page_size": 50,
        "new": [],
        "columns": {"users": ["path", "x"], "gone": ["y"]},
    }
    assert read(stored) == Preferences(page_size=50, columns={"users": ("path",)})
    assert read(None) == Preferences()


def test_preferences_are_a_persons_own(browser: Client, ben: User) -> None:
    save(browser)
    assert 'data-theme="dark"' not in sign_in(ben).get("/home").content.decode()
