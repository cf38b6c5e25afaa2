"""Whatever is wrong, the answer, its status, its headers and its time are the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity import journal
from identity.models import (
    Event,
    LoginProfile,
    PasswordPolicy,
    User,
)
from tests.entrance import (
    WRONG,
    give_device,
    send_password,
    send_root_password,
    without_tokens,
)
from tests.factories import PASSWORD, make_login_profile, make_user


def _wrong_passwords(ana: User) -> dict[str, tuple[str, str, str]]:
    """Account, user name and password of what must not be told apart."""
    account = ana.account
    make_user(account, "noprofile")
    make_login_profile(make_user(account, "reset"), reset=True)
    give_device(make_login_profile(make_user(account, "withmfa")))
    expired = make_login_profile(make_user(account, "expired"))
    PasswordPolicy.objects.create(account=account, max_password_age=30, hard_expiry=True)
    User.objects.filter(pk=expired.pk).update(
        password_changed_at=timezone.now() - timedelta(days=31)
    )
    emptied = make_login_profile(make_user(account, "emptied"))
    User.objects.filter(pk=emptied.pk).update(password="")
    LoginProfile.objects.create(user=make_user(account, "unusable"), password_reset_required=False)
    return {
        "wrong password": ("example", "ana", WRONG),
        "unknown user": ("example", "nobody", WRONG),
        "no login profile": ("example", "noprofile", PASSWORD),
        "a hash that is empty": ("example", "emptied", """ """),
        "a profile without a hash": ("example", "unusable", PASSWORD),
        "must reset, wrong password": ("example", "reset", WRONG),
        "with MFA, wrong password": ("example", "withmfa", WRONG),
        "expired, wrong password": ("example", "expired", WRONG),
        "root on the users' page": ("example", "root@example.test", PASSWORD),
        "root without a name": ("example", "root", PASSWORD),
        "user of another account": ("example", "cleo", PASSWORD),
    }


def test_all_that_is_wrong_in_an_account_has_one_answer(
    browser: Client, ana: User, cleo: User
) -> None:
    make_login_profile(cleo)
    answers = {}
    for state, (account, name, password) in _wrong_passwords(ana).items():
        answer = send_password(browser, name, password, account)
        page = without_tokens(answer).replace(f'value="{name}"', "")
        cookies = sorted(answer.cookies)
        answers[state] = (answer.status_code, page, sorted(answer.headers), cookies)
    assert {answer[0] for answer in answers.values()} == {422}
    for state, answer in answers.items():
        assert answer == answers["wrong password"], state


@pytest.mark.parametrize("unknown", ["999999999999", "no-such-alias"])
def test_an_unknown_account_answers_as_a_known_one(
    browser: Client, ana: User, unknown: str
) -> None:
    known = "example" if unknown.startswith("no") else ana.account_id
    shown = [unknown, "9999-9999-9999", known, f"{known[:4]}-{known[4:8]}-{known[8:]}"]

    def page(account: str, send: Callable[[str], Any]) -> tuple[int, str, list[str], list[str]]:
        answer = send(account)
        body = without_tokens(answer)
        for name in shown:
            body = body.replace(name, "ACCOUNT")
        return answer.status_code, body, sorted(answer.headers), sorted(answer.cookies)

    for send in (
        lambda account: browser.get(f"/sign-in/{account}"),
        lambda account: send_password(browser, "ana", WRONG, account),
    ):
        assert page(unknown, send) == page(known, send)


def test_a_root_email_that_is_nobodys_answers_as_one_that_is(browser: Client, ana: User) -> None:
    answers = []
    for email in ("root@example.test", "nobody@example.test"):
        browser.post("/sign-in/root", {"email": email})
        shown = browser.get("/sign-in/root/password")
        sent = send_root_password(browser, email, WRONG)
        pages = [without_tokens(page).replace(email, "EMAIL") for page in (shown, sent)]
        answers.append((pages, sent.status_code, sorted(sent.headers), sorted(sent.cookies)))
    assert answers[0] == answers[1]


def test_every_wrong_password_costs_one_hash(browser: Client, ana: User, hashes: list[str]) -> None:
    states = {**_wrong_passwords(ana), "unknown account": ("nowhere", "ana", WRONG)}
    for state, (account, name, password) in states.items():
        hashes.clear()
        send_password(browser, name, password, account)
        assert hashes == ["verify"], state
    hashes.clear()
    send_root_password(browser, "nobody@example.test")
    assert hashes == ["verify"]


def test_every_wrong_password_costs_as_many_queries_and_one_line_of_the_journal(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them takes a part of a millisecond, which two hundred tries would tell apart."""
    lines: list[Event] = []
    monkeypatch.setattr(journal, "append", lines.append)
    states = {**_wrong_passwords(ana), "unknown account": ("nowhere", "ana", WRONG)}
    costs = {}
    for state, (account, name, password) in states.items():
        lines.clear()
        with CaptureQueriesContext(connection) as queries:
            send_password(browser, name, password, account)
        costs[state] = (len(queries), len(lines))
    assert set(costs.values()) == {(costs["wrong password"][0], 1)}, costs
