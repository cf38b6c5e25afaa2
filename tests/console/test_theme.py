"""Choosing light, dark or the system's theme from the account menu."""

from __future__ import annotations

import pytest
from django.test import Client

from identity.models import User
from tests.console.conftest import SignedIn

YEAR = 365 * 24 * 60 * 60


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.mark.parametrize("word", ["light", "dark"])
def test_a_theme_is_kept_for_a_year_and_the_reader_goes_back(browser: Client, word: str) -> None:
    response = browser.post("/theme", {"theme": word, "next": "/iam/users?q=a"})
    cookie = response.cookies["theme"]
    assert (response.status_code, response.headers["Location"]) == (303, "/iam/users?q=a")
    assert (cookie.value, cookie["max-age"]) == (word, YEAR)
    assert cookie["httponly"]
    del browser.cookies["theme"]
    assert f'data-theme="{word}"' in browser.get("/home").content.decode()


@pytest.mark.parametrize("word", ["system", "", "<script>"])
def test_any_other_word_means_the_theme_of_the_system(browser: Client, word: str) -> None:
    browser.post("/theme", {"theme": "dark", "next": "/"})
    browser.post("/theme", {"theme": word, "next": "/"})
    assert "data-theme" not in browser.get("/home").content.decode()


@pytest.mark.parametrize("back", ["", "https://evil.test/", "//evil.test", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_host(browser: Client, back: str) -> None:
    answer = browser.post("/theme", {"theme": "dark", "next": back})
    assert answer.headers["Location"] == "/"


def test_a_link_cannot_change_the_theme(browser: Client) -> None:
    assert browser.get("/theme").status_code == 405
