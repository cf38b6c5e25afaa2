"""Sign-ins and failures are recorded, and what was typed is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity import journal
from identity.models import (
    Event,
    User,
)
from tests.entrance import (
    NEW,
    WRONG,
    change,
    give_device,
    send_password,
    send_root_password,
)
from tests.events import logged


def events(name: str) -> list[Event]:
    journal.drain()
    return list(logged().filter(name=name).order_by("time"))


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
