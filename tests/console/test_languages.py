"""German where it is preferred or asked for; the API and what is recorded stay in English."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from console import search_words
from console.jobs.rows import Job
from console.models import KeptPreferences
from identity.models import User
from tests.console.conftest import SignedIn, sign_in
from tests.console.pages import submit, text
from tests.console.test_preferences import CHOSEN

GERMAN = {"Accept-Language": "de-CH, de;q=0.9, en;q=0.5"}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue as `make` compiles it, whether or not that was done here."""
    source = Path(settings.LOCALE_PATHS[0]) / "de" / "LC_MESSAGES" / "django.po"
    folder = tmp_path_factory.mktemp("locale")
    (folder / "de" / "LC_MESSAGES").mkdir(parents=True)
    with (
        BytesIO(source.read_bytes()) as po,
        (folder / "de" / "LC_MESSAGES" / "django.mo").open("wb") as mo,
    ):
        write_mo(mo, read_po(po))
    return folder


@pytest.fixture(autouse=True)
def german(compiled: Path, settings: Any) -> None:
    settings.LOCALE_PATHS = [compiled]


@pytest.mark.django_db
def test_the_sign_in_page_speaks_what_the_browser_asks_for() -> None:
    answer = Client().get("/sign-in", headers=GERMAN)
    assert '<html lang="de"' in answer.content.decode()
    assert "Anmelden" in text(answer)
    assert "Sign in" in text(Client().get("/sign-in", headers={"Accept-Language": "fr"}))


def test_a_preferred_language_holds_in_every_browser_and_for_the_next_sign_in(
    signed_in: SignedIn, ana: User
) -> None:
    browser = signed_in(ana)
    answer = submit(browser, "/preferences", **(CHOSEN | {"language": "de"}))
    assert (answer.status_code, answer.cookies["language"].value) == (303, "de")
    assert "Ihre Einstellungen wurden gespeichert." in text(browser.get("/preferences"))
    other = sign_in(ana)
    words = text(other.get("/iam/users", headers={"Accept-Language": "en"}))
    assert "Benutzername" in words
    browser.logout()
    browser.cookies["language"] = "de"
    assert "Anmelden" in text(browser.get("/sign-in"))


def test_english_can_be_preferred_in_a_browser_that_asks_for_german(
    signed_in: SignedIn, ana: User
) -> None:
    browser = signed_in(ana)
    assert "Benutzername" in text(browser.get("/iam/users", headers=GERMAN))
    submit(browser, "/preferences", **(CHOSEN | {"language": "en"}))
    assert "User name" in text(browser.get("/iam/users", headers=GERMAN))


def test_only_a_language_that_there_is_can_be_chosen(signed_in: SignedIn, ana: User) -> None:
    answer = submit(signed_in(ana), "/preferences", **(CHOSEN | {"language": "../de"}))
    assert answer.status_code == 422
    assert not KeptPreferences.objects.exists()


@pytest.mark.django_db
def test_the_api_speaks_english_to_whoever_asks_for_german() -> None:
    call, form = "Action=ListUsers&Version=2010-05-08", "application/x-www-form-urlencoded"
    answer = Client().post("/", call, content_type=form, headers=GERMAN)
    assert answer.status_code == 403
    assert "Request is missing Authentication Token" in answer.content.decode()


def test_a_page_is_in_its_language_and_the_next_request_in_its_own(
    signed_in: SignedIn, ana: User
) -> None:
    browser = signed_in(ana)
    assert "Benutzername" in text(browser.get("/iam/users", headers=GERMAN))
    assert translation.get_language() == "en"
    assert "User name" in text(browser.get("/iam/users"))


def test_a_missing_page_says_so_in_german(signed_in: SignedIn, ana: User) -> None:
    answer = signed_in(ana).get("/nothing-here", headers=GERMAN)
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in text(answer)


@pytest.mark.django_db
def test_a_language_that_is_written_from_the_right_turns_the_page(
    settings: Any,
) -> None:
    settings.LANGUAGES = [("en", "English"), ("he", "Hebrew")]
    html = Client().get("/sign-in", headers={"Accept-Language": "he"}).content.decode()
    assert '<html lang="he" dir="rtl"' in html


def test_tasks_are_searched_in_german_and_in_english(signed_in: SignedIn, ana: User) -> None:
    browser = signed_in(ana)
    browser.cookies["language"] = "de"
    for query, url in [
        ("Benutzer anlegen", "/iam/create-user"),
        ("create user", "/iam/create-user"),
        ("passwort von ana zurücksetzen", "/iam/users/ana/password"),
        ("erkläre ana s3:GetObject", "/iam/explain?who="),
    ]:
        groups = browser.get("/search", {"q": query}).context["groups"]
        assert groups[0].label == "Aufgaben", query
        assert groups[0].hits[0].url.startswith(url)
    with translation.override("de"):
        for task in search_words.TASKS:
            assert ("name" in re.compile(str(task.phrase)).groupindex) is bool(task.kind)


def test_the_log_of_a_job_is_in_the_language_of_who_reads_it(
    signed_in: SignedIn, ana: User
) -> None:
    now = timezone.now().isoformat()
    lines = [[now, "Templates written: %(count)d.", {"count": 3}], [now, "kept before, 100%"]]
    job = Job.objects.create(
        account=ana.account, kind="export", starter_id=ana.unique_id, log=lines
    )
    browser = signed_in(ana)
    browser.cookies["language"] = "de"
    words = text(browser.get(f"/jobs/{job.pk}"))
    assert "3." in words
    assert "Templates written" not in words
    assert "kept before, 100%" in words
