"""No stage of signing in can be skipped, reached from elsewhere or used twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import URLPattern, get_resolver

from identity import passwords, recovery
from identity.models import (
    LoginProfile,
    User,
)
from tests.entrance import (
    NEW,
    give_device,
    is_signed_in,
    later,
    send_password,
)
from tests.factories import PASSWORD, make_login_profile

STAGES = (
    "/sign-in/mfa",
    "/sign-in/mfa/app",
    "/sign-in/mfa/resync",
    "/sign-in/mfa/key",
    "/sign-in/mfa/recovery",
    "/sign-in/mfa/lost",
)
OPEN_TO_ALL = (
    *("sign-in", "sign-in-user", "sign-in-root", "sign-in-root-password", "sign-in-mfa"),
    *(
        "sign-in-mfa-app",
        "sign-in-mfa-key",
        "sign-in-mfa-resync",
        "sign-in-mfa-recovery",
        "sign-in-mfa-lost",
        "sign-in-password",
    ),
    *("sign-out", "signed-out", "session-expired", "other-account", "forgot-password"),
    *("sign-in-root-forgot", "sign-in-root-reset"),
    *("sign-in-root-device", "sign-in-root-device-keep"),
    *("health", "index"),
    *("setup", "setup-account", "setup-done", "setup-done-secret", "theme"),
    *("federation", "saml-acs", "saml-acs-of", "saml-roles", "sign-in-saml"),
    *("sign-in-chooser", "sign-in-oidc", "sign-in-oidc-callback"),
    *("saml-metadata", "saml-metadata-of", "saml-logout", "saml-logout-of", "sign-out-provider"),
)
OF_THE_COMPANY_IN_THE_DEMONSTRATIONS = ("demo-idp", "demo-broker", "demo-oidc", "demo-mail")


def _closed_pages() -> list[str]:
    """The address of every page of the console that is not an entrance, with names filled in."""
    patterns = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    closed = [
        pattern
        for pattern in patterns
        if pattern.name is not None
        and pattern.name not in OPEN_TO_ALL
        and not pattern.name.startswith(OF_THE_COMPANY_IN_THE_DEMONSTRATIONS)
    ]
    addresses = []
    for pattern in closed:
        route = str(pattern.pattern)
        for parameter in pattern.pattern.converters:
            route = (
                route.replace(f"<str:{parameter}>", "ana")
                .replace(f"<uuid:{parameter}>", "0" * 8 + "-0000-4000-8000-" + "0" * 12)
                .replace(f"<int:{parameter}>", "1")
                .replace(f"<shelf:{parameter}>", "policies")
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


def test_half_signing_in_leaves_the_session_that_was_there_until_it_is_done(
    browser: Client, ana: User
) -> None:
    send_password(browser, "ana")
    before = browser.cookies["sid"].value
    phone = give_device(ana)
    send_password(browser, "ana")
    assert is_signed_in(browser)
    assert browser.cookies["sid"].value == before
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert is_signed_in(browser)
    assert browser.cookies["sid"].value != before
    assert ana.console_sessions.count() == 1
