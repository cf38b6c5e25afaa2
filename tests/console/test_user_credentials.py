"""A user's password, MFA devices and access keys, in the hands of an administrator."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.utils import timezone

from identity import identifiers, mfa
from identity.hashers import Argon2id
from identity.models import (
    AccessKey,
    Account,
    LoginProfile,
    PasswordPolicy,
    User,
    VirtualMfaDevice,
)
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text
from tests.events import logged
from tests.factories import make_key, make_login_profile, make_user

HERE = "/iam/users/ben/security-credentials"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, ben: User) -> Client:
    return signed_in(ana)


def make_device(user: User, name: str) -> VirtualMfaDevice:
    serial = f"arn:aws:iam::{user.account_id}:mfa/{name}"
    user.account.count(mfa_device_count=1, mfa_device_in_use_count=1)
    device: VirtualMfaDevice = VirtualMfaDevice.objects.create(
        account=user.account,
        user=user,
        name=name,
        serial_number=serial,
        sealed_seed=mfa.seal(mfa.new_seed(), serial),
        enabled_at=timezone.now(),
    )
    return device


# --- the console password --------------------------------------------------------------------


def test_console_access_is_enabled_with_a_generated_password(browser: Client, ben: User) -> None:
    answer = submit(browser, "/iam/users/ben/password", password_kind="generated", must_change="on")
    given = browser.get(answer.headers["Location"]).context["secrets"].values
    ben.refresh_from_db()
    assert check_password(given["Password"], ben.password)
    assert ben.login_profile.password_reset_required
    browser.post(answer.headers["Location"])
    assert "Must change" in text(browser.get(HERE))


def test_a_reset_ends_the_old_password_and_the_sessions(
    browser: Client, signed_in: SignedIn, ben: User
) -> None:
    make_login_profile(ben)
    bens = signed_in(ben)
    assert bens.get("/home").status_code == 200
    typed = {"password_kind": "typed", "password": "Rather-good-8"}
    assert submit(browser, "/iam/users/ben/password", **typed).status_code == 303
    ben.refresh_from_db()
    assert check_password("Rather-good-8", ben.password)
    assert bens.get("/home").status_code == 302


def test_the_event_of_a_reset_does_not_hold_the_password(browser: Client, ben: User) -> None:
    make_login_profile(ben)
    submit(browser, "/iam/users/ben/password", password_kind="typed", password="Rather-good-8")
    event = logged().get(name="UpdateLoginProfile")
    assert "Rather-good-8" not in str(event.describe())


def test_a_weak_password_is_refused_at_its_field_and_not_repeated(
    browser: Client, ben: User
) -> None:
    make_login_profile(ben)
    answer = submit(browser, "/iam/users/ben/password", password_kind="typed", password="weakling")
    assert answer.status_code == 422
    assert "at least 3 of these" in answer.context["form"].errors["password"][0]
    assert "weakling" not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_no_password_is_hashed_while_other_writers_wait(
    browser: Client, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a history of 24 it would take more than half a second of SQLite's only write lock."""
    PasswordPolicy.objects.create(account=ben.account, password_reuse_prevention=24)
    make_login_profile(ben)
    inside: list[bool] = []
    for name in ("encode", "verify"):
        work = getattr(Argon2id, name)

        def watched(*given: Any, work: Any = work) -> Any:
            inside.append(connection.in_atomic_block)
            return work(*given)

        monkeypatch.setattr(Argon2id, name, watched)
    typed = {"password_kind": "typed", "password": "Rather-good-8"}
    assert submit(browser, "/iam/users/ben/password", **typed).status_code == 303
    assert len(inside) >= 2
    assert not any(inside)


def test_a_reset_that_is_sent_twice_is_not_refused_by_the_history_it_made(
    browser: Client, ben: User
) -> None:
    PasswordPolicy.objects.create(account=ben.account, password_reuse_prevention=24)
    make_login_profile(ben)
    form = browser.get("/iam/users/ben/password").context["form"]
    typed = {"password_kind": "typed", "password": "Rather-good-8"}
    sent = {"form_token": form["form_token"].value(), **typed}
    answers = [browser.post("/iam/users/ben/password", sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert logged().filter(name="UpdateLoginProfile", error_code="").count() == 1


def test_disabling_takes_the_password_and_nothing_else(browser: Client, ben: User) -> None:
    make_login_profile(ben)
    make_key(ben)
    assert submit(browser, "/iam/users/ben/password/disable").status_code == 303
    assert not LoginProfile.objects.filter(user=ben).exists()
    assert ben.access_keys.count() == 1


# --- MFA devices -----------------------------------------------------------------------------


def test_one_of_two_devices_goes_without_typing_the_last_one_not(
    browser: Client, ben: User
) -> None:
    first, second = make_device(ben, "phone"), make_device(ben, "tablet")
    url = "/iam/users/ben/mfa/remove?serial="
    assert submit(browser, url + first.serial_number).status_code == 303
    assert submit(browser, url + second.serial_number).status_code == 422
    assert submit(browser, url + second.serial_number, confirm=" BEN ").status_code == 303
    assert not VirtualMfaDevice.objects.exists()


def test_a_device_of_somebody_else_is_not_there(browser: Client, ana: User, ben: User) -> None:
    device = make_device(ana, "phone")
    url = f"/iam/users/ben/mfa/remove?serial={device.serial_number}"
    assert browser.get(url).status_code == 404
    assert browser.get("/iam/users/ben/mfa/remove").status_code == 404


# --- access keys -----------------------------------------------------------------------------


def test_a_key_is_switched_off_at_once_and_undone_from_the_message(
    browser: Client, ben: User
) -> None:
    key_id = make_key(ben).id
    url = f"/iam/users/ben/keys/{key_id}/status"
    assert browser.post(url, {"status": "Inactive"}).status_code == 303
    assert not AccessKey.objects.get().active
    page = browser.get(HERE).content.decode()
    assert f"Access key {key_id} was deactivated." in page
    assert f'<form method="post" action="{url}">' in page.partition("was deactivated")[2]
    browser.post(url, {"status": "Active"})
    assert AccessKey.objects.get().active


def test_a_key_is_not_switched_by_a_link(browser: Client, ben: User) -> None:
    assert browser.get(f"/iam/users/ben/keys/{make_key(ben).id}/status").status_code == 405


@pytest.mark.parametrize("typed", ["", "0000", "ben"])
def test_an_active_key_goes_only_by_its_last_four_characters(
    browser: Client, ben: User, typed: str
) -> None:
    key_id = make_key(ben).id
    url = f"/iam/users/ben/keys/{key_id}/delete"
    assert submit(browser, url, confirm=typed).status_code == 422
    assert AccessKey.objects.exists()
    assert submit(browser, url, confirm=key_id[-4:].lower()).status_code == 303
    assert not AccessKey.objects.exists()


def test_an_inactive_key_goes_by_one_button(browser: Client, ben: User) -> None:
    key_id = make_key(ben, active=False).id
    assert submit(browser, f"/iam/users/ben/keys/{key_id}/delete").status_code == 303
    assert not AccessKey.objects.exists()


def test_a_key_of_somebody_else_is_not_there(browser: Client, ana: User, cleo: User) -> None:
    for foreign in (make_key(ana).id, make_key(cleo).id, identifiers.access_key_id()):
        assert browser.get(f"/iam/users/ben/keys/{foreign}/delete").status_code == 404
        assert browser.post(f"/iam/users/ben/keys/{foreign}/status").status_code == 404


def test_with_two_keys_the_button_is_off_and_says_why(browser: Client, ben: User) -> None:
    make_key(ben)
    make_key(ben)
    for url in (HERE, "/iam/users/ben/keys/create"):
        assert "This user has two keys. Delete one first." in text(browser.get(url))
    answer = submit(browser, "/iam/users/ben/keys/create")
    assert answer.status_code == 422
    assert ben.access_keys.count() == 2


def test_who_may_only_look_sees_every_button_with_its_reason(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    viewer = make_user(account, "viewer", allow=["iam:Get*", "iam:List*"])
    make_login_profile(ben)
    make_key(ben)
    make_device(ben, "phone")
    browser = signed_in(viewer)
    words = text(browser.get(HERE))
    for action in (
        "CreateAccessKey",
        "UpdateAccessKey",
        "DeleteAccessKey",
        "DeactivateMFADevice",
        "UpdateLoginProfile",
        "DeleteLoginProfile",
        "UpdateUser",
        "DeleteUser",
    ):
        assert f"Needs iam:{action}." in words
    assert submit(browser, "/iam/users/ben/keys/create").status_code == 403
    assert ben.access_keys.count() == 1
