"""The sign-in pages: what they show, where they lead, and where they never lead."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.local_path import local_path
from identity import recovery
from identity.models import LoginProfile, User
from tests.console.pages import text
from tests.entrance import WRONG, give_device, is_signed_in, send_password, send_root_password
from tests.factories import PASSWORD, make_login_profile


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


def inputs(answer: Any) -> list[dict[str, str]]:
    """The attributes of every input that a person sees."""
    tags = re.findall(r"<input\b[^>]*>", answer.content.decode())
    found = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in tags]
    return [field for field in found if field.get("type") != "hidden"]


def title(answer: Any) -> str:
    found = re.search(r"<title>(.*?)</title>", answer.content.decode())
    assert found
    return found.group(1)


# --- the chooser -------------------------------------------------------------------------------


def test_the_chooser_has_one_field(browser: Client, ana: User) -> None:
    answer = browser.get("/sign-in")
    (field,) = inputs(answer)
    assert title(answer) == "Sign in – Bartizan"
    assert (field["name"], field["autocomplete"]) == ("account", "on")
    assert (field["autocapitalize"], field["spellcheck"]) == ("none", "false")
    assert "autofocus" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("example", "/sign-in/example"),
        (" EXAMPLE ", "/sign-in/example"),
        ("no-such-alias", "/sign-in/no-such-alias"),
        ("111122223333", "/sign-in/111122223333"),
        ("1111-2222-3333", "/sign-in/111122223333"),
        ("root@example.test", "/sign-in/root/password"),
        ("nobody@example.test", "/sign-in/root/password"),
    ],
)
def test_the_chooser_leads_on_whether_or_not_there_is_such_an_account(
    browser: Client, ana: User, typed: str, leads_to: str
) -> None:
    answer = browser.post("/sign-in", {"account": typed})
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)


@pytest.mark.parametrize(
    "typed", ["", "  ", "a", "-x-", "a/b", "../x", "٣٣٣٣٣٣٣٣٣٣٣٣", "mfa", "a" * 64]
)
def test_what_can_be_no_account_is_said_at_once(browser: Client, ana: User, typed: str) -> None:
    answer = browser.post("/sign-in", {"account": typed})
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")


def test_the_page_that_was_asked_for_is_kept_all_the_way(browser: Client, ana: User) -> None:
    answer = browser.get("/iam/users?q=b")
    assert answer.headers["Location"] == "/sign-in?next=%2Fiam%2Fusers%3Fq%3Db"
    answer = browser.post(answer.headers["Location"], {"account": "example"})
    assert answer.headers["Location"] == "/sign-in/example?next=%2Fiam%2Fusers%3Fq%3Db"
    answer = browser.post(answer.headers["Location"], {"username": "ana", "password": PASSWORD})
    assert answer.headers["Location"] == "/iam/users?q=b"


HOSTILE = [
    *("//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test"),
    *("https://evil.test", "https:evil.test", "http:///evil.test", "javascript:alert(1)"),
    *("/ok\r\nSet-Cookie: a=b", "/\n/evil.test", " //evil.test", "evil.test", "data:text/html,x"),
    *("/\x00", "/ä", "/sign-in", "/sign-out?x", "/session-expired", "", "/" + "a" * 3000),
    *("/\\/evil.test", "\t//evil.test", "@evil.test", "/\u2028/evil.test", "//evil.test\\@x"),
]


@pytest.mark.parametrize("target", HOSTILE)
def test_signing_in_leads_to_no_other_place(browser: Client, ana: User, target: str) -> None:
    answer = browser.post(
        "/sign-in/example", {"username": "ana", "password": PASSWORD}, query_params={"next": target}
    )
    assert answer.headers["Location"] == "/home"


@pytest.mark.parametrize("target", ["/%0d%0aSet-Cookie:a=b", "/%2f%2fevil.test", "/%5cevil.test"])
def test_what_is_percent_encoded_stays_a_path(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize("target", ["/", "/iam/users?q=a%20b&size=10", "/sign-inside", "/a#b"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert local_path(target) == target


# --- an account's users ------------------------------------------------------------------------


def test_the_users_page_has_two_inputs_as_password_managers_want_them(
    browser: Client, ana: User
) -> None:
    answer = browser.get("/sign-in/example")
    name, password = inputs(answer)
    assert title(answer) == "Sign in to example – Bartizan"
    assert (name["id"], name["name"], name["autocomplete"]) == ("username",) * 3
    assert (password["id"], password["name"], password["autocomplete"]) == (
        "password",
        "password",
        "current-password",
    )
    assert password["type"] == "password"


def test_a_wrong_password_keeps_the_name_and_clears_the_password(
    browser: Client, ana: User
) -> None:
    answer = send_password(browser, "ana", WRONG)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert "The user name or password is not right for this account." in text(answer)
    name, password = inputs(answer)
    assert name["value"] == "ana"
    assert "value" not in password
    assert WRONG not in answer.content.decode()


def test_a_hostile_user_name_stays_text(browser: Client, ana: User) -> None:
    answer = send_password(browser, '"><script>alert(1)</script>', WRONG)
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"username": "ana"}, {"password": "x"}, {"username": "\x00"}])
def test_an_incomplete_form_is_refused_in_words(
    browser: Client, ana: User, data: dict[str, str]
) -> None:
    answer = browser.post("/sign-in/example", data)
    assert answer.status_code == 422
    assert "flash-err" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [("EXAMPLE", "/sign-in/example"), ("1111-2222-3333", "/sign-in/111122223333")],
)
def test_an_account_has_one_address(browser: Client, ana: User, typed: str, leads_to: str) -> None:
    answer = browser.get(f"/sign-in/{typed}?next=/iam")
    assert answer.headers["Location"] == f"{leads_to}?next=%2Fiam"


@pytest.mark.parametrize("typed", ["-x", "a", "a@b.test", "%2e%2e"])
def test_what_can_be_no_account_has_no_page(browser: Client, ana: User, typed: str) -> None:
    assert browser.get(f"/sign-in/{typed}").status_code == 404


def test_user_names_ignore_case_and_accounts_are_reached_by_id_and_alias(ana: User) -> None:
    for account, name in (("example", "ANA"), (ana.account_id, "ana")):
        assert send_password(Client(), name, account=account).headers["Location"] == "/home"


def test_recent_accounts_are_offered_on_this_device_and_can_be_forgotten(
    browser: Client, ana: User
) -> None:
    send_password(browser, "ana")
    browser.post("/sign-out")
    page = text(browser.get("/sign-in"))
    digits = ana.account_id
    assert f"example, {digits[:4]}-{digits[4:8]}-{digits[8:]}" in page
    assert digits[:4] in text(browser.get("/sign-in/example")), "this device knows the number"
    assert browser.post("/sign-in", {"forget": digits}).headers["Location"] == "/sign-in"
    assert "example" not in text(browser.get("/sign-in"))


@pytest.mark.parametrize("cookie", ["x", "[]", "WzFd:1:x", ""])
def test_a_changed_cookie_of_recent_accounts_is_ignored(
    browser: Client, ana: User, cookie: str
) -> None:
    browser.cookies["recent"] = cookie
    browser.cookies["device"] = cookie
    assert browser.get("/sign-in").status_code == 200
    assert send_password(browser, "ana").status_code == 303


def test_sign_in_cookies_are_not_for_scripts(browser: Client, ana: User) -> None:
    answer = send_password(browser, "ana")
    for name in ("sid", "device", "recent"):
        assert answer.cookies[name]["httponly"]
        assert answer.cookies[name]["samesite"] == "Lax"


def test_forms_need_their_csrf_token(ana: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    for page in ("/sign-in", "/sign-in/example", "/sign-in/root", "/sign-out"):
        assert strict.post(page, {"username": "ana", "password": PASSWORD}).status_code == 400


# --- root --------------------------------------------------------------------------------------


def test_root_signs_in_by_email_then_password(browser: Client, root: User) -> None:
    answer = browser.post("/sign-in/root", {"email": "ROOT@example.test"})
    page = browser.get(answer.headers["Location"])
    email, password = inputs(page)
    assert (email["name"], email["autocomplete"]) == ("email", "username")
    assert email["value"] == "ROOT@example.test"
    assert "readonly" in page.content.decode()
    assert password["autocomplete"] == "current-password"
    answer = send_root_password(browser, email["value"])
    assert answer.headers["Location"] == "/home"
    assert is_signed_in(browser)


def test_step_two_without_an_email_leads_to_step_one(browser: Client, root: User) -> None:
    assert browser.get("/sign-in/root/password").headers["Location"] == "/sign-in/root"


@pytest.mark.parametrize("data", [{}, {"email": "root@example.test"}, {"password": PASSWORD}])
def test_half_a_root_form_is_refused(browser: Client, root: User, data: dict[str, str]) -> None:
    assert browser.post("/sign-in/root/password", data).status_code == 422


def test_a_wrong_root_password_is_refused_in_one_sentence(browser: Client, root: User) -> None:
    answer = send_root_password(browser, "root@example.test", WRONG)
    assert answer.status_code == 422
    assert "The e-mail address or password is not right." in text(answer)


# --- MFA ---------------------------------------------------------------------------------------


def test_one_device_is_asked_at_once(browser: Client, ana: User) -> None:
    give_device(ana, "Work phone")
    answer = send_password(browser, "ana")
    assert answer.headers["Location"] == "/sign-in/mfa/app"
    page = browser.get("/sign-in/mfa/app")
    (field,) = inputs(page)
    assert (field["name"], field["inputmode"]) == ("code", "numeric")
    assert (field["autocomplete"], field["pattern"]) == ("one-time-code", "[0-9 ]*")
    assert "Work phone" in text(page)
    assert browser.get("/sign-in/mfa").headers["Location"] == "/sign-in/mfa/app"


def test_of_several_devices_one_is_chosen_and_is_enough(browser: Client, ana: User) -> None:
    give_device(ana, "Old phone")
    phone = give_device(ana, "New phone")
    answer = send_password(browser, "ana")
    assert answer.headers["Location"] == "/sign-in/mfa"
    page = browser.get("/sign-in/mfa")
    assert "Old phone – authenticator app, never used" in text(page)
    for device in ana.mfa_devices.all():
        browser.post("/sign-in/mfa", {"device": str(device.pk)})
        assert device.name in text(browser.get("/sign-in/mfa/app"))
    new = ana.mfa_devices.get(name="New phone")
    browser.post("/sign-in/mfa", {"device": str(new.pk)})
    browser.post("/sign-in/mfa/app", {"code": phone.code()})
    assert is_signed_in(browser)


@pytest.mark.parametrize("device", ["", "0", "x", "999999"])
def test_a_device_that_is_not_ones_own_cannot_be_chosen(
    browser: Client, ana: User, ben: User, device: str
) -> None:
    give_device(ana, "one")
    give_device(ana, "two")
    give_device(ben)
    send_password(browser, "ana")
    others = str(ben.mfa_devices.get().pk)
    for choice in (device, others):
        assert browser.post("/sign-in/mfa", {"device": choice}).status_code == 422


def test_a_recovery_code_leads_to_adding_a_device(browser: Client, ana: User) -> None:
    give_device(ana)
    code, *_ = recovery.make(ana)
    send_password(browser, "ana", query="?next=/iam/users")
    answer = browser.post("/sign-in/mfa/recovery", {"code": code.upper()})
    assert answer.headers["Location"] == reverse("me-mfa")
    assert "You have 9 recovery codes left. Add a new device now." in text(browser.get("/home"))


def test_who_lost_the_device_is_told_who_can_help(
    browser: Client, ana: User, root: User, settings: Any
) -> None:
    settings.CONTACT = "Jo <jo@example.test>"
    give_device(ana)
    send_password(browser, "ana")
    page = browser.get("/sign-in/mfa/lost")
    assert "ask Jo <jo@example.test> to remove the lost device" in text(page)
    assert "<jo@" not in page.content.decode()
    give_device(root)
    send_root_password(browser, "root@example.test")
    assert "reset_root_password" in text(browser.get("/sign-in/mfa/lost"))


# --- a new password ----------------------------------------------------------------------------


def test_the_new_password_page_lists_the_rules_and_names_the_user(
    browser: Client, ana: User
) -> None:
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    send_password(browser, "ana")
    page = browser.get("/sign-in/password")
    name, new, again = inputs(page)
    assert (name["autocomplete"], name["value"]) == ("username", "ana")
    assert new["autocomplete"] == again["autocomplete"] == "new-password"
    assert "minlength: 8" in new["passwordrules"]
    assert "At least 8 characters" in text(page)
    assert "Your administrator asked for a new password" in text(page)


# --- the ways out ------------------------------------------------------------------------------


def test_a_link_signs_nobody_out(browser: Client, ana: User) -> None:
    send_password(browser, "ana")
    page = browser.get("/sign-out")
    assert "You are signed in as ana in example" in text(page)
    assert is_signed_in(browser)


def test_signing_out_ends_the_session_for_good(browser: Client, ana: User) -> None:
    send_password(browser, "ana")
    stolen = browser.cookies["sid"].value
    assert browser.post("/sign-out").headers["Location"] == "/signed-out"
    page = browser.get("/signed-out")
    assert "You are signed out of example" in text(page)
    assert 'href="/sign-in/example"' in page.content.decode()
    thief = Client()
    thief.cookies["sid"] = stolen
    assert not is_signed_in(thief)


def test_signing_out_signed_out_is_no_failure(browser: Client, ana: User) -> None:
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/sign-out").headers["Location"] == "/signed-out"
    assert "You are signed out" in text(browser.get("/signed-out"))


def test_a_half_finished_sign_in_can_be_left(browser: Client, ana: User) -> None:
    give_device(ana)
    send_password(browser, "ana")
    browser.post("/sign-out")
    assert browser.get("/sign-in/mfa/app").headers["Location"] == "/sign-in"


def test_the_help_page_names_the_contact_and_the_command(
    browser: Client, ana: User, settings: Any
) -> None:
    settings.CONTACT = "Jo, room 3"
    page = text(browser.get("/help/forgot-password"))
    assert "Ask Jo, room 3 to reset your password." in page
    assert "reset_root_password" in page


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/console", "/home"),
        ("/.well-known/change-password", "/me/password"),
        ("/", "/sign-in"),
    ],
)
def test_other_addresses_lead_here(browser: Client, ana: User, address: str, leads_to: str) -> None:
    assert browser.get(address).headers["Location"] == leads_to


def test_signed_in_the_root_address_leads_home(browser: Client, ana: User) -> None:
    send_password(browser, "ana")
    assert browser.get("/").headers["Location"] == "/home"


@pytest.mark.parametrize(
    "page",
    ["/sign-in", "/sign-in/example", "/sign-in/root", "/signed-out", "/session-expired"],
)
def test_sign_in_pages_are_not_kept_framed_or_told_of(
    browser: Client, ana: User, page: str
) -> None:
    headers = browser.get(page).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("page", ["/sign-in", "/sign-in/example", "/sign-in/root", "/sign-out"])
def test_other_methods_are_refused(browser: Client, ana: User, page: str) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(browser, method)(page).status_code == 405
