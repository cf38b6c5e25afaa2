"""The stages of signing in: none can be skipped, guessed fast, reached twice or told apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from identity import accounts, devices, journal, passwords, recovery
from identity.hashers import Argon2id
from identity.models import (
    Event,
    LoginProfile,
    PasswordPolicy,
    ThrottleBucket,
    User,
)
from tests.entrance import (
    WRONG,
    give_device,
    is_signed_in,
    send_password,
    send_root_password,
    without_tokens,
)
from tests.factories import PASSWORD, make_account, make_login_profile, make_policy, make_user

NEW = "Another-horse-8"


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    real = timezone.now

    def now() -> datetime:
        return real() + by

    monkeypatch.setattr("django.utils.timezone.now", now)


def events(name: str) -> list[Event]:
    journal.drain()
    return list(Event.objects.filter(name=name).order_by("time"))


# --- one answer for everything that is wrong ---------------------------------------------------


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


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for every Argon2 run."""
    passwords._nobodys_hash()
    runs: list[str] = []
    encode, verify = Argon2id.encode, Argon2id.verify

    def counted_encode(self: Argon2id, password: str, salt: str) -> str:
        runs.append("encode")
        return encode(self, password, salt)

    def counted_verify(self: Argon2id, password: str, encoded: str) -> bool:
        runs.append("verify")
        return verify(self, password, encoded)

    monkeypatch.setattr(Argon2id, "encode", counted_encode)
    monkeypatch.setattr(Argon2id, "verify", counted_verify)
    return runs


def test_every_wrong_password_costs_one_hash(browser: Client, ana: User, hashes: list[str]) -> None:
    states = {**_wrong_passwords(ana), "unknown account": ("nowhere", "ana", WRONG)}
    for state, (account, name, password) in states.items():
        hashes.clear()
        send_password(browser, name, password, account)
        assert hashes == ["verify"], state
    hashes.clear()
    send_root_password(browser, "nobody@example.test")
    assert hashes == ["verify"]


def test_the_time_taken_tells_nothing(browser: Client, ana: User) -> None:
    passwords._nobodys_hash()

    def milliseconds(account: str, name: str) -> float:
        times = []
        for _ in range(7):
            ThrottleBucket.objects.all().delete()
            began = time.perf_counter()
            send_password(browser, name, WRONG, account)
            times.append(time.perf_counter() - began)
        return median(times) * 1000

    known = milliseconds("example", "ana")
    assert abs(milliseconds("example", "nobody") - known) < 50
    assert abs(milliseconds("nowhere", "ana") - known) < 50


# --- guessing ----------------------------------------------------------------------------------


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


@pytest.mark.django_db(transaction=True)
def test_a_thousand_guesses_at_once_are_five() -> None:
    """Forty here: what matters is that they come at the same moment."""
    make_login_profile(make_user(make_account(alias="example"), "ana"))

    def guess(_number: int) -> int:
        while True:
            try:
                return int(send_password(Client(), "ana", WRONG).status_code)
            except OperationalError:
                pass  # the shared in-memory database refuses at once where a file waits
            finally:
                connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(guess, range(40)))
    assert statuses.count(422) <= 5
    assert statuses.count(429) == 40 - statuses.count(422)


# --- stages ------------------------------------------------------------------------------------

STAGES = (
    "/sign-in/mfa",
    "/sign-in/mfa/app",
    "/sign-in/mfa/resync",
    "/sign-in/mfa/recovery",
    "/sign-in/mfa/lost",
)
OPEN_TO_ALL = (
    *("sign-in", "sign-in-user", "sign-in-root", "sign-in-root-password", "sign-in-mfa"),
    *(
        "sign-in-mfa-app",
        "sign-in-mfa-resync",
        "sign-in-mfa-recovery",
        "sign-in-mfa-lost",
        "sign-in-password",
    ),
    *("sign-out", "signed-out", "session-expired", "forgot-password", "health", "index"),
    *("setup", "setup-account", "setup-done", "setup-done-secret", "theme"),
)


def _closed_pages() -> list[str]:
    """The address of every page of the console that is not an entrance, with names filled in."""
    patterns = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    closed = [p for p in patterns if p.name is not None and p.name not in OPEN_TO_ALL]
    addresses = []
    for pattern in closed:
        route = str(pattern.pattern)
        for parameter in pattern.pattern.converters:
            route = (
                route.replace(f"<str:{parameter}>", "ana")
                .replace(f"<uuid:{parameter}>", "0" * 8 + "-0000-4000-8000-" + "0" * 12)
                .replace(f"<{parameter}>", "ana")
            )
        addresses.append("/" + route)
    return addresses


@pytest.mark.parametrize("waiting_for", ["MFA", "password"])
def test_half_signed_in_opens_no_page_but_its_stage(
    browser: Client, ana: User, waiting_for: str
) -> None:
    if waiting_for == "MFA":
        give_device(ana)
    else:
        LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    assert send_password(browser, "ana").status_code == 303
    pages = _closed_pages()
    assert len(pages) > 20
    for page in pages:
        for send in (browser.get, browser.post):
            answer = send(page)
            assert answer.status_code == 302, page
            assert answer.headers["Location"].startswith("/sign-in"), page
    assert not is_signed_in(browser)


@pytest.mark.parametrize("page", [*STAGES, "/sign-in/password"])
@pytest.mark.parametrize("data", [{}, {"code": "000000"}, {"new_password": NEW, "again": NEW}])
def test_a_stage_cannot_be_sent_to_without_the_password(
    browser: Client, ana: User, page: str, data: dict[str, str]
) -> None:
    give_device(ana)
    for answer in (browser.get(page), browser.post(page, data)):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_mfa_cannot_be_skipped_by_sending_the_next_stage(browser: Client, ana: User) -> None:
    give_device(ana)
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    send_password(browser, "ana")
    answer = browser.post("/sign-in/password", {"new_password": NEW, "again": NEW})
    assert answer.headers["Location"] == "/sign-in/mfa/app"
    assert passwords.verify(User.objects.get(pk=ana.pk), PASSWORD)


def test_a_forced_change_cannot_be_skipped_after_mfa(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    send_password(browser, "ana")
    answer = browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert answer.headers["Location"] == "/sign-in/password"
    assert browser.get("/iam/users").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("page", ["/sign-in/mfa/app", "/sign-in/mfa/recovery"])
@pytest.mark.parametrize("data", [{}, {"code": ""}, {"code": " "}])
def test_an_empty_code_is_refused(
    browser: Client, ana: User, page: str, data: dict[str, str]
) -> None:
    give_device(ana)
    send_password(browser, "ana")
    assert browser.post(page, data).status_code == 422
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "code", ["٠١٢٣٤٥", "１２３４５６", "12345", "1234567", "12345a", "-12345", "+12345", "1e5000"]
)
def test_only_six_ascii_digits_are_a_code(browser: Client, ana: User, code: str) -> None:
    give_device(ana)
    send_password(browser, "ana")
    answer = browser.post("/sign-in/mfa/app", {"code": code})
    assert answer.status_code == 422
    assert "six digits" in answer.content.decode()


def test_arabic_digits_of_the_right_code_are_refused(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    arabic = phone.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert browser.post("/sign-in/mfa/app", {"code": arabic}).status_code == 422
    assert not is_signed_in(browser)


def test_a_code_may_have_the_space_that_apps_show(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    code = phone.code()
    browser.post("/sign-in/mfa/app", {"code": f"{code[:3]} {code[3:]}"})
    assert is_signed_in(browser)


def test_a_code_works_once(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    code = phone.code()
    for expected in (303, 422):
        send_password(browser, "ana")
        assert browser.post("/sign-in/mfa/app", {"code": code}).status_code == expected


def test_two_codes_in_a_row_put_a_wrong_clock_right(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    assert browser.post("/sign-in/mfa/app", {"code": phone.code(7)}).status_code == 422
    codes = {"code": phone.code(7), "next_code": phone.code(8)}
    assert browser.post("/sign-in/mfa/resync", codes).headers["Location"] == "/home"
    assert ana.mfa_devices.get().drift == 8
    send_password(browser, "ana")
    assert browser.post("/sign-in/mfa/resync", codes).status_code == 422, "both were used"
    assert browser.post("/sign-in/mfa/app", {"code": phone.code(9)}).status_code == 303


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [("", "", 422), ("000000", "000000", 422), ("٠٠٠٠٠٠", "٠٠٠٠٠١", 422), ("123456", "", 422)],
)
def test_what_are_no_two_codes_in_a_row_is_refused(
    browser: Client, ana: User, first: str, second: str, status: int
) -> None:
    give_device(ana)
    send_password(browser, "ana")
    sent = browser.post("/sign-in/mfa/resync", {"code": first, "next_code": second})
    assert sent.status_code == status
    assert not is_signed_in(browser)


def test_another_users_code_is_refused(browser: Client, ana: User, ben: User) -> None:
    give_device(ana)
    others = give_device(ben)
    send_password(browser, "ana")
    assert browser.post("/sign-in/mfa/app", {"code": others.code()}).status_code == 422


def test_wrong_codes_are_slowed_down_in_every_new_sign_in(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    for _ in range(5):
        send_password(browser, "ana")
        browser.post("/sign-in/mfa/app", {"code": "000000"})
    send_password(browser, "ana")
    assert browser.post("/sign-in/mfa/app", {"code": phone.code()}).status_code == 429
    assert browser.post("/sign-in/mfa/recovery", {"code": "0" * 20}).status_code == 429


def test_a_recovery_code_signs_in_once(browser: Client, ana: User) -> None:
    give_device(ana)
    code, *_ = recovery.make(ana)
    for expected in (303, 422):
        send_password(browser, "ana")
        assert browser.post("/sign-in/mfa/recovery", {"code": code}).status_code == expected
    assert recovery.left(ana) == 9


def test_five_minutes_later_the_pending_sign_in_is_over(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    later(monkeypatch, timedelta(minutes=5, seconds=1))
    answer = browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert answer.headers["Location"] == "/sign-in"
    assert not is_signed_in(browser)


def test_a_pending_sign_in_ends_with_the_password_that_began_it(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    User.objects.filter(pk=ana.pk).update(password=make_password(NEW))
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert not is_signed_in(browser)


def test_a_pending_sign_in_ends_with_the_login_profile(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    LoginProfile.objects.filter(user=ana).delete()
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert not is_signed_in(browser)


def test_switching_the_user_midway_starts_over(browser: Client, ana: User, ben: User) -> None:
    phone = give_device(ana)
    make_login_profile(ben)
    give_device(ben)
    send_password(browser, "ana")
    send_password(browser, "ben")
    assert browser.post("/sign-in/mfa/app", {"code": phone.code()}).status_code == 422


def test_half_signing_in_ends_the_session_that_was_there(browser: Client, ana: User) -> None:
    send_password(browser, "ana")
    assert is_signed_in(browser)
    give_device(ana)
    send_password(browser, "ana")
    assert not is_signed_in(browser)


# --- sessions ----------------------------------------------------------------------------------


def test_every_step_up_changes_the_session_key_and_the_csrf_token(
    browser: Client, ana: User
) -> None:
    phone = give_device(ana)
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    seen = []

    def note() -> None:
        seen.append((browser.cookies["sid"].value, browser.cookies["csrf"].value))

    browser.post("/sign-in/root", {"email": "any@example.test"})
    browser.get("/sign-in/example")
    note()
    send_password(browser, "ana")
    note()
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    note()
    browser.post("/sign-in/password", {"new_password": NEW, "again": NEW})
    note()
    assert is_signed_in(browser)
    assert len({key for key, _token in seen}) == len({token for _key, token in seen}) == 4


def test_a_session_key_of_an_earlier_stage_is_worth_nothing(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    pending_key = browser.cookies["sid"].value
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    thief = Client()
    thief.cookies["sid"] = pending_key
    assert thief.get("/sign-in/mfa/app").headers["Location"] == "/sign-in"
    assert not is_signed_in(thief)


def test_a_session_key_that_somebody_chose_is_not_used(browser: Client, ana: User) -> None:
    browser.cookies["sid"] = "chosenbysomebodyelse0123456789ab"
    send_password(browser, "ana")
    assert browser.cookies["sid"].value != "chosenbysomebodyelse0123456789ab"
    assert is_signed_in(browser)


def test_a_pending_sign_in_is_bound_to_its_browser(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    other = Client()
    assert other.post("/sign-in/mfa/app", {"code": phone.code()}).status_code == 303
    assert not is_signed_in(other)


def test_a_user_has_at_most_twenty_sessions(ana: User) -> None:
    browsers = [Client() for _ in range(21)]
    for browser in browsers:
        send_password(browser, "ana")
    assert ana.console_sessions.count() == 20
    assert not is_signed_in(browsers[0])
    assert is_signed_in(browsers[-1])


@pytest.mark.parametrize(
    ("pause", "why"),
    [(timedelta(minutes=61), "60 minutes without"), (timedelta(hours=12), "12 hours")],
)
def test_a_session_ends_by_the_clock_and_says_so(
    browser: Client, ana: User, monkeypatch: pytest.MonkeyPatch, pause: timedelta, why: str
) -> None:
    send_password(browser, "ana")
    session = browser.session
    session["seen_at"] = (timezone.now() + pause - timedelta(minutes=1)).isoformat()
    if why.startswith("60"):
        session["seen_at"] = timezone.now().isoformat()
    session.set_expiry(24 * 3600)
    session.save()
    later(monkeypatch, pause)
    answer = browser.get("/iam/users?q=b")
    assert answer.headers["Location"] == "/session-expired?next=%2Fiam%2Fusers%3Fq%3Db"
    page = browser.get(answer.headers["Location"]).content.decode()
    assert why in page
    assert 'href="/sign-in/example?next=%2Fiam%2Fusers%3Fq%3Db"' in page
    assert not is_signed_in(browser)


# --- a new password ----------------------------------------------------------------------------


@pytest.fixture
def must_change(ana: User) -> User:
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    return ana


def change(browser: Client, new: str = NEW, again: str | None = None) -> Any:
    data = {"new_password": new, "again": new if again is None else again}
    return browser.post("/sign-in/password", data)


def test_a_forced_change_signs_in_and_ends_other_sessions(must_change: User) -> None:
    LoginProfile.objects.filter(user=must_change).update(password_reset_required=False)
    other, browser = Client(), Client()
    send_password(other, "ana")
    LoginProfile.objects.filter(user=must_change).update(password_reset_required=True)
    send_password(browser, "ana")
    assert change(browser).headers["Location"] == "/home"
    assert is_signed_in(browser)
    assert not is_signed_in(other)
    assert send_password(Client(), "ana", PASSWORD).status_code == 422
    assert send_password(Client(), "ana", NEW).headers["Location"] == "/home"


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [
        ("", "", "Enter a new password."),
        ("short", "short", "minimum length of 8"),
        (NEW, "Other-horse-9", "The two passwords differ."),
        (PASSWORD, PASSWORD, "differ from the one"),
        ("Ä" * 7 + "b", "Ä" * 7 + "b", "at least 3 of these"),
    ],
)
def test_a_new_password_that_breaks_a_rule_is_refused_in_words(
    browser: Client, must_change: User, new: str, again: str, words: str
) -> None:
    send_password(browser, "ana")
    answer = change(browser, new, again)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not is_signed_in(browser)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_change_the_own_password_is_told_who_can(
    browser: Client, ben: User, method: str
) -> None:
    make_login_profile(ben, reset=True)
    send_password(browser, "ben")
    data = {"new_password": NEW, "again": NEW}
    answer = getattr(browser, method)("/sign-in/password", data)
    assert "iam:ChangePassword" in answer.content.decode()
    assert "your administrator" in answer.content.decode()
    assert passwords.verify(User.objects.get(pk=ben.pk), PASSWORD)


def test_the_account_setting_lets_every_user_change(browser: Client, ben: User) -> None:
    make_login_profile(ben, reset=True)
    PasswordPolicy.objects.create(account=ben.account, allow_users_to_change_password=True)
    send_password(browser, "ben")
    assert change(browser).status_code == 303


def test_a_permission_that_needs_mfa_sees_the_code_just_given(browser: Client, ben: User) -> None:
    make_login_profile(ben, reset=True)
    needs_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": needs_mfa}
    make_policy(ben, "mfa", [statement])
    phone = give_device(ben)
    send_password(browser, "ben")
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert change(browser).status_code == 303


@pytest.mark.parametrize("hard", [False, True])
def test_an_expired_password_is_changed_or_explained(
    browser: Client, ana: User, hard: bool
) -> None:
    PasswordPolicy.objects.create(account=ana.account, max_password_age=30, hard_expiry=hard)
    User.objects.filter(pk=ana.pk).update(password_changed_at=timezone.now() - timedelta(days=31))
    send_password(browser, "ana")
    page = browser.get("/sign-in/password").content.decode()
    assert "Your password expired on" in page
    assert ("only an administrator" in page) is hard
    assert change(browser).status_code == (200 if hard else 303)
    assert is_signed_in(browser) is not hard


def test_two_tabs_change_the_password_once(browser: Client, must_change: User) -> None:
    send_password(browser, "ana")
    other = Client()
    other.cookies["sid"] = browser.cookies["sid"].value
    assert change(browser).status_code == 303
    assert change(other, "Third-horse-9").headers["Location"] == "/sign-in"
    assert passwords.verify(User.objects.get(pk=must_change.pk), NEW)


# --- what is recorded --------------------------------------------------------------------------


def test_a_sign_in_is_recorded_with_its_session(browser: Client, ana: User) -> None:
    send_password(browser, "ana", query="?next=/iam/users")
    (event,) = events("ConsoleLogin")
    assert event.response_elements == {"ConsoleLogin": "Success"}
    assert event.user_identity["userName"] == "ana"
    assert event.additional_event_data == {
        "LoginTo": "/iam/users",
        "MobileVersion": "No",
        "MFAUsed": "No",
    }
    last_used = User.objects.get(pk=ana.pk).password_last_used_at
    assert last_used is not None
    assert timezone.now() - last_used < timedelta(minutes=1)


def test_a_sign_in_with_mfa_names_the_device(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    assert events("ConsoleLogin") == []
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    (login,) = events("ConsoleLogin")
    (check,) = events("CheckMfa")
    assert check.response_elements == {"CheckMfa": "Success"}
    assert check.additional_event_data == {"MfaType": "Virtual MFA"}
    assert login.additional_event_data is not None
    assert login.additional_event_data["MFAIdentifier"] == phone.serial_number


@pytest.mark.parametrize(
    ("name", "shown", "message"),
    [
        ("ana", "ana", "Failed authentication"),
        ("my-Secret-9", "HIDDEN_DUE_TO_SECURITY_REASONS", "No username found in supplied account"),
    ],
)
def test_a_failure_is_recorded_without_what_was_typed_for_an_unknown_name(
    browser: Client, ana: User, name: str, shown: str, message: str
) -> None:
    send_password(browser, name, WRONG)
    (event,) = events("ConsoleLogin")
    assert event.response_elements == {"ConsoleLogin": "Failure"}
    assert (event.user_identity["userName"], event.error_message) == (shown, message)
    assert "my-Secret-9" not in str(event.describe())
    assert WRONG not in str(event.describe())


def test_a_wrong_code_is_recorded_as_a_failed_sign_in_with_mfa(browser: Client, ana: User) -> None:
    phone = give_device(ana)
    send_password(browser, "ana")
    browser.post("/sign-in/mfa/app", {"code": "000000"})
    (event,) = events("ConsoleLogin")
    assert event.response_elements == {"ConsoleLogin": "Failure"}
    assert event.additional_event_data is not None
    assert event.additional_event_data["MFAIdentifier"] == phone.serial_number


def test_an_unknown_account_leaves_a_log_line_and_no_event(
    browser: Client, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    send_password(browser, "ana", WRONG, "nowhere")
    send_root_password(browser, "nobody@example.test", WRONG)
    assert events("ConsoleLogin") == []
    assert caplog.text.count("sign-in to no account from `127.0.0.1`") == 2
    assert "nobody" not in caplog.text


def test_a_forced_change_is_recorded_without_the_password(
    browser: Client, must_change: User
) -> None:
    send_password(browser, "ana")
    change(browser)
    (event,) = events("ChangePassword")
    assert event.user_identity["userName"] == "ana"
    assert NEW not in str(event.describe())


def test_the_operators_new_root_password_ends_every_delay(browser: Client, root: User) -> None:
    for _ in range(6):
        answer = send_root_password(browser, root.email, WRONG)
    assert answer.status_code == 429
    accounts.set_root_password(root.account, NEW)
    assert send_root_password(browser, root.email, NEW).status_code == 303
