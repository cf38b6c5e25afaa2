"""Wizards that somebody left are offered again for a day, in a new session, too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from console.models import Draft
from identity.models import Role, User
from tests.console.conftest import sign_in
from tests.console.pages import submit, text
from tests.entrance import later

pytestmark = pytest.mark.django_db

USER, ROLE = "/iam/create-user", "/iam/create-role"
TYPED = {
    "name": "dana",
    "path": "/staff/",
    "access": "password",
    "password_kind": "typed",
    "password": "Rather-good-8",
}


def begin(browser: Client) -> str:
    return str(submit(browser, USER, **TYPED).headers["Location"])


def test_a_new_session_offers_to_continue_without_the_password(ana: User) -> None:
    begin(sign_in(ana))
    browser = sign_in(ana)
    offer = browser.get(USER)
    assert "Continue creating dana" in text(offer)
    draft = Draft.objects.get()
    page = browser.get(f"{USER}/{draft.pk}/details")
    assert 'value="/staff/"' in page.content.decode()
    assert b"Rather-good-8" not in bytes(draft.sealed)
    refused = submit(browser, f"{USER}/{draft.pk}/details", **TYPED | {"password": ""})
    assert refused.status_code == 422
    step = submit(browser, f"{USER}/{draft.pk}/details", **TYPED).headers["Location"]
    assert submit(browser, step, grant="nothing").status_code == 303
    assert User.objects.get(name="dana").path == "/staff/"
    assert "Continue creating" not in text(browser.get(USER))


def test_a_role_is_offered_too_and_made_in_the_new_session(ana: User) -> None:
    given = {"name": "deploy", "trusted": "this", "path": "/"}
    step = submit(sign_in(ana), ROLE, **given).headers["Location"]
    browser = sign_in(ana)
    assert "Continue creating deploy" in text(browser.get(ROLE))
    assert submit(browser, step, duration="3600").status_code == 303
    assert Role.objects.get().name == "deploy"


def test_nobody_else_is_offered_it(ana: User, root: User, cleo: User) -> None:
    step = begin(sign_in(ana))
    for other in (root, cleo):
        browser = sign_in(other)
        assert "Continue creating" not in text(browser.get(USER))
        assert browser.get(step).headers["Location"] == USER
        browser.post(f"{USER}/{Draft.objects.get().pk}/discard")
    assert Draft.objects.count() == 1


def test_it_can_be_discarded(ana: User) -> None:
    browser = sign_in(ana)
    begin(browser)
    browser.post(f"{USER}/{Draft.objects.get().pk}/discard")
    assert not Draft.objects.exists()


def test_it_is_over_after_a_day(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(sign_in(ana))
    later(monkeypatch, timedelta(hours=24, seconds=1))
    assert "Continue creating" not in text(sign_in(ana).get(USER))
    call_command("prune", verbosity=0)
    assert not Draft.objects.exists()


def test_the_newest_five_stay(ana: User) -> None:
    browser = sign_in(ana)
    for number in range(7):
        submit(browser, USER, **TYPED | {"name": f"dana{number}"})
    assert set(Draft.objects.values_list("label", flat=True)) == {f"dana{n}" for n in range(2, 7)}


def test_beginning_the_same_again_leaves_one(ana: User) -> None:
    browser = sign_in(ana)
    begin(browser)
    begin(browser)
    assert text(browser.get(USER)).count("Continue creating dana") == 1
