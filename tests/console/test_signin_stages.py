"""Root's two steps, the stages after the password, and the ways out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from identity import recovery
from identity.models import LoginProfile, User
from tests.console.pages import inputs, text
from tests.entrance import WRONG, give_device, is_signed_in, send_password, send_root_password
from tests.factories import PASSWORD, make_login_profile


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


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
    assert "Set a new root password" in page
    assert "reset_root_password" in text(browser.get("/sign-in/root/forgot"))


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
