"""Choosing light, dark or the system's theme."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from console.views import theme


def choose(**fields: str) -> HttpResponse:
    return theme.choose(RequestFactory().post("/theme", fields))


@pytest.mark.parametrize("word", ["light", "dark"])
def test_a_theme_is_kept_for_a_year_and_the_reader_goes_back(word: str) -> None:
    response = choose(theme=word, next="/iam/users?q=a")
    cookie = response.cookies["theme"]
    assert (response.status_code, response.headers["Location"]) == (303, "/iam/users?q=a")
    assert (cookie.value, cookie["max-age"]) == (word, theme.YEAR)
    assert cookie["httponly"]


@pytest.mark.parametrize("word", ["system", "", "<script>"])
def test_any_other_word_means_the_theme_of_the_system(word: str) -> None:
    assert choose(theme=word, next="/").cookies["theme"]["max-age"] == 0


@pytest.mark.parametrize("back", ["", "https://evil.test/", "//evil.test", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_host(back: str) -> None:
    assert choose(theme="dark", next=back).headers["Location"] == "/"


def test_a_link_cannot_change_the_theme() -> None:
    assert theme.choose(RequestFactory().get("/theme")).status_code == 405
