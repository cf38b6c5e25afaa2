"""Secrets shown once: reloadable for ten minutes in one browser, then gone for everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from console import handoff
from console.models import Handoff, SentForm
from identity.models import AccessKey, Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import make_role, trusting

CREATE = "/iam/users/ben/keys/create"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, ben: User) -> Client:
    return signed_in(ana)


def secret_of(response: Any) -> str:
    """The secret on the page, from the covered box."""
    page: str = response.content.decode()
    return page.partition("<output data-source")[2].partition(">")[2].partition("</output>")[0]


def test_the_secret_survives_a_reload_and_not_done(browser: Client) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    first, again = browser.get(page_url), browser.get(page_url)
    assert len(secret_of(first)) == 40
    assert secret_of(first) == secret_of(again)
    done = browser.post(page_url)
    assert (done.status_code, done.headers["Location"]) == (
        303,
        "/iam/users/ben/security-credentials",
    )
    gone = browser.get(page_url)
    assert gone.status_code == 410
    assert secret_of(first) not in gone.content.decode()
    assert not Handoff.objects.exists()


def test_the_pages_with_secrets_are_kept_nowhere(browser: Client) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    for url in (page_url, f"{page_url}/csv"):
        assert browser.get(url).headers["Cache-Control"] == "no-store"


def test_the_csv_file_has_the_columns_that_tools_expect(browser: Client) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    secret = secret_of(browser.get(page_url))
    answer = browser.get(f"{page_url}/csv")
    key_id = AccessKey.objects.get().id
    assert answer.content == f"Access key ID,Secret access key\r\n{key_id},{secret}\r\n".encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ben_accessKeys.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_the_cookie_is_for_this_page_only_and_out_of_reach_of_scripts(browser: Client) -> None:
    answer = submit(browser, CREATE)
    cookie = answer.cookies[handoff.COOKIE]
    assert cookie["path"] == answer.headers["Location"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert cookie["max-age"] == 600


def test_neither_row_nor_cookie_alone_is_enough(browser: Client, signed_in: SignedIn) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    secret = secret_of(browser.get(page_url))
    row = Handoff.objects.get()
    assert secret.encode() not in bytes(row.sealed)
    cookie = browser.cookies.pop(handoff.COOKIE)
    assert browser.get(page_url).status_code == 410
    browser.cookies[handoff.COOKIE] = cookie.value
    assert browser.get(page_url).status_code == 200
    row.delete()
    assert browser.get(page_url).status_code == 410


@pytest.mark.parametrize("cookie", ["", "x", "AAAA", "A" * 43 + "=", "ä"])
def test_a_wrong_key_opens_nothing(browser: Client, cookie: str) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    browser.cookies[handoff.COOKIE] = cookie
    assert browser.get(page_url).status_code == 410


def test_another_person_with_the_cookie_sees_nothing(
    browser: Client, signed_in: SignedIn, root: User
) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    other = signed_in(root)
    other.cookies[handoff.COOKIE] = browser.cookies[handoff.COOKIE].value
    assert other.get(page_url).status_code == 410
    other.post(page_url)
    assert browser.get(page_url).status_code == 200


def test_after_ten_minutes_it_is_over_and_the_next_handoff_clears_it(browser: Client) -> None:
    page_url = submit(browser, CREATE).headers["Location"]
    Handoff.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get(page_url).status_code == 410
    submit(browser, CREATE)
    assert Handoff.objects.count() == 1


def test_the_same_form_sent_twice_makes_one_key_and_shows_it_both_times(browser: Client) -> None:
    fields = hidden(browser.get(CREATE))
    first = browser.post(CREATE, fields)
    browser.cookies.pop(handoff.COOKIE)  # the browser dropped the first answer
    second = browser.post(CREATE, fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert AccessKey.objects.count() == 1
    assert len(secret_of(browser.get(second.headers["Location"]))) == 40


def test_the_stored_token_is_not_the_one_that_makes_the_key(browser: Client) -> None:
    fields = hidden(browser.get(CREATE))
    browser.post(CREATE, fields)
    assert SentForm.objects.get().token != fields["form_token"]


@pytest.mark.parametrize("token", ["", "short", "x" * 44, "<script>"])
def test_a_form_without_its_token_changes_nothing(browser: Client, token: str) -> None:
    answer = browser.post(CREATE, {"form_token": token})
    assert answer.status_code == 422
    assert "came without its token" in text(answer)
    assert not AccessKey.objects.exists()


def test_a_busy_database_is_said_so_and_the_form_can_be_sent_again(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = hidden(browser.get(CREATE))

    def busy(**_: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(SentForm.objects, "get_or_create", busy)
        assert browser.post(CREATE, fields).status_code == 503
    assert browser.post(CREATE, fields).status_code == 303
    assert AccessKey.objects.count() == 1


def test_who_acts_as_a_role_reads_what_was_made_and_nobody_else_does(
    signed_in: SignedIn, account: Account, ana: User, cleo: User, ben: User
) -> None:
    make_role(account, "Admin", trust=trusting(cleo.account.root_arn), allow=["*"])
    browser = signed_in(cleo)
    browser.post("/switch-role", {"account": "example", "role": "Admin"})
    made = submit(browser, CREATE).headers["Location"]
    assert len(secret_of(browser.get(made))) == 40
    other = signed_in(ana)
    other.cookies[handoff.COOKIE] = browser.cookies[handoff.COOKIE].value
    assert other.get(made).status_code == 410
