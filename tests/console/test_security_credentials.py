"""One's own password, authenticator apps, recovery codes and access keys."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from identity import enrolment, journal, mfa, recovery
from identity.models import (
    AccessKey,
    Account,
    ConsoleSession,
    PasswordPolicy,
    ThrottleBucket,
    User,
    VirtualMfaDevice,
)
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.console.test_user_credentials import make_device
from tests.events import logged
from tests.factories import PASSWORD, make_key, make_login_profile, make_user

NEW = "Rather-good-8"
CHANGE = {"old_password": PASSWORD, "new_password": NEW, "again": NEW}


@pytest.fixture
def bob(account: Account) -> User:
    """A user who may do what people do to their own credentials, and nothing else."""
    allow = ["iam:ChangePassword", "iam:*AccessKey*", "iam:*MFADevice*"]
    return make_login_profile(make_user(account, "bob", allow=allow))


@pytest.fixture
def browser(signed_in: SignedIn, bob: User) -> Client:
    return signed_in(bob)


def with_mfa(browser: Client) -> Client:
    session = browser.session
    session["mfa_at"] = timezone.now().isoformat()
    session.save()
    return browser


# --- the page --------------------------------------------------------------------------------


def test_the_page_says_who_one_is_and_what_one_signs_in_with(browser: Client, bob: User) -> None:
    key = make_key(bob)
    words = text(browser.get("/me"))
    for word in ("bob", "Example", bob.account_id, bob.arn, bob.unique_id, key.id, "No MFA"):
        assert word in words


def test_without_permissions_each_panel_says_what_it_needs(signed_in: SignedIn, ben: User) -> None:
    page = signed_in(ben).get("/me")
    assert page.status_code == 200
    words = text(page)
    for action in ("iam:ListMFADevices", "iam:ListAccessKeys", "iam:ChangePassword"):
        assert f"Needs {action}." in words


@pytest.mark.parametrize(
    "address",
    ["/me", "/me/password", "/me/mfa", "/me/mfa/add/app", "/me/keys", "/me/keys/create"],
)
def test_every_page_asks_for_a_session(client: Client, db: None, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=%2Fme")


@pytest.mark.parametrize(
    "address", ["/me/password", "/me/mfa/add/app", "/me/mfa/recovery-codes", "/me/keys/create"]
)
def test_a_form_without_its_csrf_token_changes_nothing(
    browser: Client, bob: User, address: str
) -> None:
    sent = {**CHANGE, **hidden(browser.get(address)), "csrfmiddlewaretoken": ""}
    browser.handler.enforce_csrf_checks = True
    before = (bob.password, AccessKey.objects.count(), VirtualMfaDevice.objects.count())
    assert browser.post(address, sent).status_code == 400
    bob.refresh_from_db()
    after = (bob.password, AccessKey.objects.count(), VirtualMfaDevice.objects.count())
    assert after == before


# --- the password ----------------------------------------------------------------------------


def test_the_rules_stand_there_before_anything_is_typed(browser: Client, account: Account) -> None:
    PasswordPolicy.objects.create(account=account, minimum_password_length=11, require_numbers=True)
    page = browser.get("/me/password")
    assert "At least 11 characters" in text(page)
    assert 'passwordrules="minlength: 11;' in page.content.decode()
    assert re.search(r'autocomplete="username"[^>]*readonly', page.content.decode())


def test_a_change_keeps_this_session_and_ends_the_others(
    browser: Client, signed_in: SignedIn, bob: User
) -> None:
    other = signed_in(bob)
    assert other.get("/me").status_code == 200
    answer = browser.post("/me/password", CHANGE)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    assert "Your password was changed." in text(browser.get("/me"))
    assert other.get("/me").status_code == 302
    bob.refresh_from_db()
    assert check_password(NEW, bob.password)


def test_a_change_gives_the_session_a_new_key(browser: Client) -> None:
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/me/password", CHANGE)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before


def test_a_change_is_recorded_without_either_password(browser: Client) -> None:
    browser.post("/me/password", CHANGE)
    shown = str(logged().get(name="ChangePassword").describe())
    assert PASSWORD not in shown
    assert NEW not in shown


def test_a_wrong_current_password_changes_nothing_and_costs_no_session(
    browser: Client, signed_in: SignedIn, bob: User
) -> None:
    other = signed_in(bob)
    answer = browser.post("/me/password", {**CHANGE, "old_password": "wrong"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["old_password"] == ["This is not your current password."]
    assert NEW not in answer.content.decode()
    assert answer.content.decode().count("<title>Error:") == 1
    assert [one.get("/me").status_code for one in (browser, other)] == [200, 200]
    bob.refresh_from_db()
    assert check_password(PASSWORD, bob.password)


@pytest.mark.parametrize("who", ["bob", "root"])
def test_guessing_the_current_password_is_slowed_down(
    signed_in: SignedIn, bob: User, root: User, who: str
) -> None:
    browser = signed_in(bob if who == "bob" else root)
    wrong = {**CHANGE, "old_password": "wrong"}
    answers = [browser.post("/me/password", wrong) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Too many tries." in text(answers[-1])
    assert browser.post("/me/password", CHANGE).status_code == 429
    assert browser.get("/me").status_code == 200


def test_a_right_password_forgets_the_wrong_ones(browser: Client) -> None:
    for _ in range(3):
        browser.post("/me/password", {**CHANGE, "old_password": "wrong"})
    browser.post("/me/password", CHANGE)
    assert not ThrottleBucket.objects.filter(count__gt=3).exists()


@pytest.mark.parametrize(
    ("new", "again", "field", "sentence"),
    [
        ("short", "short", "new_password", "minimum length of 8"),
        ("short", "short", "new_password", "at least 3 of these"),
        ("short", "other", "new_password", "minimum length of 8"),
        ("short", "other", "again", "The two passwords differ."),
        (NEW, "Rather-good-9", "again", "The two passwords differ."),
        (PASSWORD, PASSWORD, "new_password", "differ from the one"),
        ("пароль-Пароль-7", "пароль-Пароль-7", "new_password", "Latin"),
        ("x\x00y-Abcdef7", "x\x00y-Abcdef7", "new_password", "Null characters"),
        ("Aa1-" * 33, "Aa1-" * 33, "new_password", "128"),
        ("", "", "new_password", "Enter a new password."),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_at_its_field(
    browser: Client, bob: User, new: str, again: str, field: str, sentence: str
) -> None:
    answer = browser.post("/me/password", {**CHANGE, "new_password": new, "again": again})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors[field])
    bob.refresh_from_db()
    assert check_password(PASSWORD, bob.password)


def test_a_password_of_before_is_refused_where_the_policy_says_so(
    browser: Client, account: Account
) -> None:
    PasswordPolicy.objects.create(
        account=account, minimum_password_length=8, password_reuse_prevention=3
    )
    assert browser.post("/me/password", CHANGE).status_code == 303
    third = {"old_password": NEW, "new_password": "Third-one-9", "again": "Third-one-9"}
    assert browser.post("/me/password", third).status_code == 303
    back = {"old_password": "Third-one-9", "new_password": NEW, "again": NEW}
    answer = browser.post("/me/password", back)
    assert answer.status_code == 422
    assert "differ from the last 3" in text(answer)


def test_who_may_not_change_it_reads_who_can(signed_in: SignedIn, ben: User) -> None:
    make_login_profile(ben)
    browser = signed_in(ben)
    page = browser.get("/me/password")
    assert page.status_code == 200
    assert "You may not change your password yourself." in text(page)
    assert "your administrator" in text(page)
    assert "new_password" not in page.content.decode()
    assert browser.post("/me/password", CHANGE).status_code == 403
    ben.refresh_from_db()
    assert check_password(PASSWORD, ben.password)


def test_the_account_setting_is_enough_to_change_it(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    make_login_profile(ben)
    PasswordPolicy.objects.create(account=account, allow_users_to_change_password=True)
    assert signed_in(ben).post("/me/password", CHANGE).status_code == 303


# --- root's password -------------------------------------------------------------------------


def test_root_changes_its_password_and_stays_signed_in(signed_in: SignedIn, root: User) -> None:
    browser, other = signed_in(root), signed_in(root)
    assert browser.post("/me/password", CHANGE).status_code == 303
    assert browser.get("/me").status_code == 200
    assert other.get("/me").status_code == 302
    event = logged().get(name="PasswordUpdated")
    assert event.response_elements == {"PasswordUpdated": "Success"}
    assert event.user_identity["type"] == "Root"
    assert NEW not in str(event.describe())


def test_the_accounts_policy_does_not_apply_to_root(
    signed_in: SignedIn, account: Account, root: User
) -> None:
    PasswordPolicy.objects.create(account=account, minimum_password_length=30)
    browser = signed_in(root)
    assert "At least 8 characters" in text(browser.get("/me/password"))
    assert browser.post("/me/password", CHANGE).status_code == 303


def test_a_wrong_password_of_root_is_recorded_as_a_failure(signed_in: SignedIn, root: User) -> None:
    answer = signed_in(root).post("/me/password", {**CHANGE, "old_password": "wrong"})
    assert answer.status_code == 422
    journal.drain()
    event = logged().get(name="PasswordUpdated")
    assert event.response_elements == {"PasswordUpdated": "Failure"}
    root.refresh_from_db()
    assert check_password(PASSWORD, root.password)


def test_root_may_not_take_the_accounts_email_as_password(signed_in: SignedIn, root: User) -> None:
    root.email = "Root-7@example.test"
    root.save()
    email = {"old_password": PASSWORD, "new_password": root.email, "again": root.email}
    assert signed_in(root).post("/me/password", email).status_code == 422


# --- authenticator apps ----------------------------------------------------------------------


def seed_on(page: Any) -> str:
    return str(page.context["secret"]).replace(" ", "")


def code_of(seed: str, offset: int = 0) -> str:
    """The app's code; `offset` steps off our clock."""
    at = timezone.now() + timedelta(seconds=30 * offset)
    found = mfa._code(mfa._key(seed), mfa.step_at(at))
    return str(found)


def add_app(browser: Client, name: str = "phone", **more: str) -> Any:
    page = browser.get("/me/mfa/add/app")
    sent = {**hidden(page), "name": name, "code": code_of(seed_on(page)), **more}
    return browser.post("/me/mfa/add/app", sent)


def test_an_app_is_added_with_one_code_and_brings_recovery_codes(
    browser: Client, bob: User
) -> None:
    page = browser.get("/me/mfa/add/app")
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert re.search(r"([A-Z2-7]{4} ){15}[A-Z2-7]{4}", text(page))
    answer = add_app(browser)
    codes = browser.get(answer.headers["Location"])
    assert len(codes.context["codes"].split()) == recovery.CODES
    assert codes.headers["Cache-Control"] == "no-store"
    assert browser.post(answer.headers["Location"]).headers["Location"] == "/me"
    assert browser.get(answer.headers["Location"]).status_code == 410
    device = VirtualMfaDevice.objects.get(user=bob)
    assert device.serial_number == f"arn:aws:iam::{bob.account_id}:mfa/phone"
    bob.account.refresh_from_db()
    assert (bob.account.mfa_device_count, bob.account.mfa_device_in_use_count) == (1, 1)


def test_the_device_accepts_later_codes_but_not_the_one_it_was_added_with(
    browser: Client, bob: User
) -> None:
    page = browser.get("/me/mfa/add/app")
    seed, code = seed_on(page), code_of(seed_on(page))
    sent = {**hidden(page), "name": "phone", "code": f"{code[:3]} {code[3:]}"}
    assert browser.post("/me/mfa/add/app", sent).status_code == 303
    device = VirtualMfaDevice.objects.get(user=bob)
    now = timezone.now()
    assert not mfa.accept(device, code, now)
    assert mfa.accept(device, code_of(seed, 1), now + timedelta(seconds=30))


def test_the_events_are_those_of_the_api_and_hold_no_seed(browser: Client) -> None:
    seed = seed_on(browser.get("/me/mfa/add/app"))
    add_app(browser)
    journal.drain()
    names = set(logged().values_list("name", flat=True))
    assert {"CreateVirtualMFADevice", "EnableMFADevice", "RecoveryCodesCreated"} <= names
    assert not [event for event in logged() if seed in str(event.describe())]


def test_the_seed_is_never_in_the_database_in_clear(browser: Client) -> None:
    seed = seed_on(browser.get("/me/mfa/add/app"))
    for session in ConsoleSession.objects.all():
        assert seed not in session.session_data
        assert seed not in str(dict(browser.session.items()))
    add_app(browser)
    assert seed.encode() not in bytes(VirtualMfaDevice.objects.get().sealed_seed)


def test_a_page_that_is_left_makes_no_device_and_shows_the_same_code_again(
    browser: Client,
) -> None:
    first = seed_on(browser.get("/me/mfa/add/app"))
    assert seed_on(browser.get("/me/mfa/add/app")) == first
    assert not VirtualMfaDevice.objects.exists()


def test_another_user_of_the_same_browser_gets_another_seed(
    signed_in: SignedIn, bob: User, ana: User
) -> None:
    browser = signed_in(bob)
    first = enrolment.seed_of(browser.session, bob)
    assert enrolment.seed_of(browser.session, ana) != first


def test_a_wrong_code_adds_nothing_and_asks_for_two(browser: Client) -> None:
    seed = seed_on(browser.get("/me/mfa/add/app"))
    wrong = code_of(seed, 50)
    answer = add_app(browser, code=wrong)
    assert answer.status_code == 422
    assert "two codes in a row" in text(answer)
    assert 'name="next_code"' in answer.content.decode()
    assert not VirtualMfaDevice.objects.exists()


def test_an_app_whose_clock_is_off_is_added_with_two_codes(browser: Client, bob: User) -> None:
    seed = seed_on(browser.get("/me/mfa/add/app"))
    slow = {"code": code_of(seed, -9), "next_code": code_of(seed, -8)}
    assert add_app(browser, **slow).status_code == 303
    assert VirtualMfaDevice.objects.get(user=bob).drift in (-8, -9)


@pytest.mark.parametrize("steps", [-3, 3])
def test_ninety_seconds_off_the_clock_asks_for_the_next_code_and_takes_it(
    browser: Client, bob: User, steps: int
) -> None:
    seed = seed_on(browser.get("/me/mfa/add/app"))
    asked = add_app(browser, code=code_of(seed, steps))
    assert asked.status_code == 422
    assert 'name="next_code"' in asked.content.decode()
    pair = {"code": code_of(seed, steps), "next_code": code_of(seed, steps + 1)}
    assert add_app(browser, **pair).status_code == 303
    assert VirtualMfaDevice.objects.get(user=bob).drift in (steps, steps + 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "١٢٣٤٥٦"),
        ("code", "12345"),
        ("code", "1234567"),
        ("code", ""),
        ("code", "<script>"),
        ("name", "my phone"),
        ("name", "phone/../root"),
        ("name", "arn:aws:iam::1:mfa/x"),
        ("name", ""),
        ("name", "x" * 227),
    ],
)
def test_a_hostile_code_or_name_is_refused_at_its_field(
    browser: Client, field: str, value: str
) -> None:
    answer = add_app(browser, **{field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not VirtualMfaDevice.objects.exists()


def test_a_name_that_is_taken_is_refused_and_the_next_free_one_prefilled(
    browser: Client, bob: User, ana: User
) -> None:
    make_device(ana, "bob")
    assert browser.get("/me/mfa/add/app").context["form"]["name"].value() == "bob-2"
    answer = add_app(browser, "bob")
    assert answer.status_code == 422
    assert "already exists" in answer.context["form"].errors["name"][0]


def test_the_ninth_device_is_refused(browser: Client, bob: User) -> None:
    for number in range(8):
        make_device(bob, f"device-{number}")
    answer = add_app(with_mfa(browser))
    assert answer.status_code == 422
    assert "MFADevicesPerUser: 8" in text(answer)
    assert VirtualMfaDevice.objects.count() == 8


def test_sending_the_form_twice_adds_one_device_and_shows_the_same_codes(browser: Client) -> None:
    page = browser.get("/me/mfa/add/app")
    sent = {**hidden(page), "name": "phone", "code": code_of(seed_on(page))}
    first, second = (browser.post("/me/mfa/add/app", sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert VirtualMfaDevice.objects.count() == 1
    assert browser.get(second.headers["Location"]).status_code == 200


def test_a_second_device_brings_no_new_codes(browser: Client, bob: User) -> None:
    make_device(bob, "first")
    recovery.make(bob)
    before = set(bob.recovery_codes.values_list("hash", flat=True))
    assert add_app(with_mfa(browser)).headers["Location"] == "/me"
    assert set(bob.recovery_codes.values_list("hash", flat=True)) == before


@pytest.mark.parametrize("address", ["/me/mfa/add/app", "/me/mfa/remove", "/me/mfa/recovery-codes"])
def test_devices_are_locked_in_a_session_without_mfa(
    browser: Client, bob: User, address: str
) -> None:
    device = make_device(bob, "phone")
    recovery.make(bob)
    address = f"{address}?serial={device.serial_number}"
    page = browser.get(address)
    assert "You signed in without your MFA device." in text(page)
    seed = enrolment.seed_of(browser.session, bob)
    sent = {"name": "x", "code": code_of(seed), "password": PASSWORD, "confirm": "bob"}
    browser.post(address, {**sent, "form_token": "x" * 43})
    assert VirtualMfaDevice.objects.get().serial_number == device.serial_number
    assert recovery.left(bob) == 10
    assert not logged().filter(name="RecoveryCodesCreated").exists()


def test_without_the_permission_no_device_is_added(signed_in: SignedIn, ben: User) -> None:
    browser = signed_in(ben)
    assert "Needs iam:EnableMFADevice." in text(browser.get("/me/mfa/add/app"))
    assert add_app(browser).status_code == 403
    assert not VirtualMfaDevice.objects.exists()
    assert not ben.recovery_codes.exists()


def test_half_a_permission_leaves_no_device_behind(signed_in: SignedIn, account: Account) -> None:
    dan = make_user(account, "dan", allow=["iam:CreateVirtualMFADevice"])
    assert add_app(signed_in(dan)).status_code == 403
    assert not VirtualMfaDevice.objects.exists()


def test_root_adds_and_removes_its_device(signed_in: SignedIn, root: User) -> None:
    browser = signed_in(root)
    assert add_app(browser, "root-account-mfa-device").status_code == 303
    serial = VirtualMfaDevice.objects.get(user=root).serial_number
    assert serial.endswith(":mfa/root-account-mfa-device")
    address = f"/me/mfa/remove?serial={serial}"
    assert submit(with_mfa(browser), address, confirm="root").status_code == 303
    assert not VirtualMfaDevice.objects.exists()


def test_the_last_device_takes_its_recovery_codes_along(browser: Client, bob: User) -> None:
    device = make_device(bob, "phone")
    recovery.make(bob)
    address = f"/me/mfa/remove?serial={device.serial_number}"
    with_mfa(browser)
    assert submit(browser, address, confirm="no").status_code == 422
    assert VirtualMfaDevice.objects.exists()
    assert submit(browser, address, confirm="BOB").headers["Location"] == "/me"
    assert not VirtualMfaDevice.objects.exists()
    assert recovery.left(bob) == 0


def test_one_of_two_devices_goes_without_typing_and_the_codes_stay(
    browser: Client, bob: User
) -> None:
    device = make_device(bob, "phone")
    make_device(bob, "tablet")
    recovery.make(bob)
    address = f"/me/mfa/remove?serial={device.serial_number}"
    assert submit(with_mfa(browser), address).status_code == 303
    assert recovery.left(bob) == 10


def test_somebody_elses_device_is_not_there(browser: Client, ana: User) -> None:
    device = make_device(ana, "phone")
    assert browser.get(f"/me/mfa/remove?serial={device.serial_number}").status_code == 404


# --- recovery codes --------------------------------------------------------------------------


def test_new_codes_take_the_password_and_cancel_the_old_ones(browser: Client, bob: User) -> None:
    make_device(bob, "phone")
    old = recovery.make(bob)
    with_mfa(browser)
    answer = submit(browser, "/me/mfa/recovery-codes", password="wrong")
    assert answer.status_code == 422
    assert recovery.left(bob) == 10
    answer = submit(browser, "/me/mfa/recovery-codes", password=PASSWORD)
    new = browser.get(answer.headers["Location"]).context["codes"].split()
    now = timezone.now()
    assert not recovery.use(bob, old[0], now)
    assert recovery.use(bob, new[0], now)
    assert "9 of 10 codes are left." in text(browser.get("/me/mfa/recovery-codes"))


def test_the_codes_come_as_a_text_file_too(browser: Client, bob: User) -> None:
    answer = add_app(browser)
    file = browser.get(answer.headers["Location"] + "/text")
    assert file.headers["Content-Disposition"] == 'attachment; filename="bob_recovery-codes.txt"'
    assert file.content.decode().splitlines() == (
        browser.get(answer.headers["Location"]).context["codes"].split()
    )


def test_guessing_the_password_for_new_codes_is_slowed_down(browser: Client, bob: User) -> None:
    make_device(bob, "phone")
    with_mfa(browser)
    answers = [submit(browser, "/me/mfa/recovery-codes", password="no") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_without_a_device_there_are_no_codes_to_make(browser: Client, bob: User) -> None:
    answer = submit(browser, "/me/mfa/recovery-codes", password=PASSWORD)
    assert "come with your first authenticator app" in text(answer)
    assert recovery.left(bob) == 0


def test_nobody_else_opens_the_codes(browser: Client, signed_in: SignedIn, ana: User) -> None:
    address = add_app(browser).headers["Location"]
    assert signed_in(ana).get(address).status_code == 410


# --- access keys -----------------------------------------------------------------------------


def test_a_key_is_made_and_shown_once(browser: Client, bob: User) -> None:
    answer = submit(browser, "/me/keys/create")
    shown = browser.get(answer.headers["Location"]).context["secrets"].values
    key = bob.access_keys.get()
    assert shown["Access key ID"] == key.pk
    file = browser.get(answer.headers["Location"] + "/csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="bob_accessKeys.csv"'
    header, values = file.content.decode().split("\r\n")[:2]
    assert header == "Access key ID,Secret access key"
    assert values == ",".join(shown.values())
    assert browser.post(answer.headers["Location"]).headers["Location"] == "/me"
    assert browser.get(answer.headers["Location"]).status_code == 410
    assert "Never used" in text(browser.get("/me/keys"))


def test_sending_the_form_twice_makes_one_key(browser: Client, bob: User) -> None:
    sent = hidden(browser.get("/me/keys/create"))
    first, second = (browser.post("/me/keys/create", sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert bob.access_keys.count() == 1


def test_a_third_key_is_refused(browser: Client, bob: User) -> None:
    make_key(bob)
    make_key(bob)
    assert "You have two keys. Delete one first." in text(browser.get("/me/keys/create"))
    assert submit(browser, "/me/keys/create").status_code == 422
    assert bob.access_keys.count() == 2


def test_a_key_is_deactivated_activated_and_deleted(browser: Client, bob: User) -> None:
    key = make_key(bob)
    browser.post(f"/me/keys/{key.id}/status", {"status": "Inactive"})
    assert "Undo" in text(browser.get("/me"))
    assert not bob.access_keys.get().active
    browser.post(f"/me/keys/{key.id}/status", {"status": "Active"})
    assert bob.access_keys.get().active
    assert submit(browser, f"/me/keys/{key.id}/delete").status_code == 422
    assert submit(browser, f"/me/keys/{key.id}/delete", confirm=key.id[-4:]).status_code == 303
    assert not bob.access_keys.exists()


def test_somebody_elses_key_is_not_there(browser: Client, ana: User) -> None:
    key = make_key(ana)
    assert browser.get(f"/me/keys/{key.id}/delete").status_code == 404
    assert browser.post(f"/me/keys/{key.id}/status", {"status": "Inactive"}).status_code == 404
    assert ana.access_keys.get().active


def test_without_the_permission_no_key_is_made(signed_in: SignedIn, ben: User) -> None:
    browser = signed_in(ben)
    assert "Needs iam:CreateAccessKey." in text(browser.get("/me/keys/create"))
    assert submit(browser, "/me/keys/create").status_code == 403
    assert not ben.access_keys.exists()


def test_root_must_say_that_it_understands(signed_in: SignedIn, root: User) -> None:
    browser = signed_in(root)
    assert submit(browser, "/me/keys/create").status_code == 422
    assert not root.access_keys.exists()
    answer = submit(browser, "/me/keys/create", understood="on")
    file = browser.get(answer.headers["Location"] + "/csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="rootkey.csv"'
    assert root.access_keys.count() == 1
    browser.post(answer.headers["Location"])
    assert "The root user has access keys." in text(browser.get("/me"))
