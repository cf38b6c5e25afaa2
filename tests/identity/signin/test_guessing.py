"""Guesses are counted before they are checked, and slow down strangers only."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client

from identity import accounts, devices, passwords
from identity.models import (
    ThrottleBucket,
    User,
)
from tests.entrance import (
    NEW,
    WRONG,
    send_password,
    send_root_password,
)

pytestmark = pytest.mark.usefixtures("time_stands_still")


def test_the_try_is_counted_before_the_password_is_hashed(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def verify(user: User | None, password: str) -> bool:
        counted.append(ThrottleBucket.objects.count())
        return False

    monkeypatch.setattr(passwords, "verify", verify)
    send_password(browser, "ana")
    assert counted == [2], "the name's bucket and the network's"


def test_the_sixth_wrong_password_must_wait_and_the_right_one_too(
    browser: Client, ana: User, hashes: list[str]
) -> None:
    for _ in range(5):
        assert send_password(browser, "ana", WRONG).status_code == 422
    hashes.clear()
    answer = send_password(browser, "ana")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 3
    assert "before the next one" in answer.content.decode()
    assert hashes == []


def test_a_name_that_does_not_exist_is_slowed_down_alike(browser: Client, ana: User) -> None:
    def statuses(account: str, name: str) -> list[int]:
        return [send_password(browser, name, WRONG, account).status_code for _ in range(6)]

    assert statuses("example", "ana") == statuses("example", "nobody") == statuses("x-y", "ana")


def test_alias_and_account_id_count_together_whether_or_not_the_name_exists(
    browser: Client, ana: User
) -> None:
    for name in ("ana", "nobody"):
        for _ in range(5):
            send_password(browser, name, WRONG)
        assert send_password(browser, name.upper(), WRONG, ana.account_id).status_code == 429


def test_a_stranger_cannot_keep_the_owner_out_of_a_known_browser(
    browser: Client, ana: User
) -> None:
    send_password(browser, "ana")
    browser.post("/sign-out")
    stranger = Client()
    for _ in range(6):
        answer = send_password(stranger, "ana", WRONG)
    assert answer.status_code == 429
    assert send_password(browser, "ana").status_code == 303


@pytest.mark.parametrize("change", ["password", "user", "signature"])
def test_a_device_cookie_holds_for_one_user_and_password_only(
    ana: User, ben: User, change: str, rf: Any
) -> None:
    request, response = rf.get("/"), HttpResponse()
    devices.remember(request, response, ana)
    request.COOKIES[devices.COOKIE] = response.cookies[devices.COOKIE].value
    assert devices.known(request, ana)
    if change == "password":
        ana.password = make_password(NEW)
    if change == "signature":
        request.COOKIES[devices.COOKIE] += "x"
    assert devices.known(request, ben if change == "user" else ana) == ""


def test_the_operators_new_root_password_ends_every_delay(browser: Client, root: User) -> None:
    for _ in range(6):
        answer = send_root_password(browser, root.email, WRONG)
    assert answer.status_code == 429
    accounts.set_root_password(root.account, NEW)
    assert send_root_password(browser, root.email, NEW).status_code == 303
