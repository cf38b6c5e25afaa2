"""The Security Token Service, as boto3 sees it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from identity.callers import Caller, Session
from identity.errors import AccessDenied
from identity.facts import Facts
from identity.gateway import Client
from identity.models import Account, TemporarySession, User
from tests.authenticator import Authenticator, enable_device
from tests.events import logged
from tests.factories import Key, make_key, make_policy, make_user
from tests.refusals import refused
from tests.sdk_in_process import sdk

WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
IN_A_SESSION = "Cannot call GetSessionToken with session credentials"
DENY_ALL = [{"Effect": "Deny", "Action": "*", "Resource": "*"}]


def key_of(credentials: dict[str, Any]) -> Key:
    return Key(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
    )


def session_of(user: User, **params: Any) -> dict[str, Any]:
    credentials: dict[str, Any] = sdk("sts", make_key(user)).get_session_token(**params)[
        "Credentials"
    ]
    return credentials


def lasts(credentials: dict[str, Any]) -> timedelta:
    left: timedelta = credentials["Expiration"] - datetime.now(UTC)
    return timedelta(seconds=round(left.total_seconds(), -1))


@pytest.fixture
def phone(iam: Any, ana: User, ben: User) -> Authenticator:
    """Ben's device."""
    return enable_device(iam(ana), "ben")


# --- GetCallerIdentity --------------------------------------------------------------------------


def test_everyone_may_ask_who_they_are_even_who_is_denied_everything(sts: Any, ben: User) -> None:
    make_policy(ben, "deny", DENY_ALL)
    who = sts(ben).get_caller_identity()
    assert (who["UserId"], who["Account"], who["Arn"]) == (ben.unique_id, ben.account_id, ben.arn)


def test_root_is_its_account(sts: Any, root: User) -> None:
    who = sts(root).get_caller_identity()
    assert who["UserId"] == who["Account"] == root.account_id
    assert who["Arn"] == f"arn:aws:iam::{root.account_id}:root"


# --- GetSessionToken ----------------------------------------------------------------------------


def test_temporary_credentials_are_the_users_own_for_twelve_hours(sts: Any, ben: User) -> None:
    given = session_of(ben)
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", given["AccessKeyId"])
    assert re.fullmatch(r"[A-Za-z0-9/+]{40}", given["SecretAccessKey"])
    assert lasts(given) == timedelta(hours=12)
    assert sdk("sts", key_of(given)).get_caller_identity()["Arn"] == ben.arn


def test_no_policy_denies_a_session_token(sts: Any, ben: User) -> None:
    make_policy(ben, "deny", DENY_ALL)
    sts(ben).get_session_token()


def test_secret_and_token_are_neither_stored_nor_logged_in_the_clear(ben: User) -> None:
    given = session_of(ben)
    row = TemporarySession.objects.get()
    event = str(logged().get(name="GetSessionToken").describe())
    assert given["SessionToken"] not in (row.token_hash, event)
    assert given["SecretAccessKey"] not in event
    assert given["SessionToken"] not in event
    assert given["SecretAccessKey"].encode() not in bytes(row.sealed_secret)
    assert row.issuer_key_id.startswith("AKIA")


@pytest.mark.parametrize(("asked", "hours"), [(900, 0.25), (3600, 1), (129_600, 36)])
def test_a_user_chooses_from_15_minutes_to_36_hours(ben: User, asked: int, hours: float) -> None:
    assert lasts(session_of(ben, DurationSeconds=asked)) == timedelta(hours=hours)


@pytest.mark.parametrize("asked", [899, 129_601, 0, -1])
def test_other_durations_are_refused(ben: User, asked: int) -> None:
    with refused("ValidationError", status=400):
        session_of(ben, DurationSeconds=asked)


@pytest.mark.parametrize(("params", "minutes"), [({}, 60), ({"DurationSeconds": 129_600}, 60)])
def test_credentials_of_root_end_after_an_hour(
    root: User, params: dict[str, int], minutes: int
) -> None:
    assert lasts(session_of(root, **params)) == timedelta(minutes=minutes)
    assert lasts(session_of(root, DurationSeconds=900)) == timedelta(minutes=15)


def test_session_credentials_get_no_further_ones(ben: User) -> None:
    with refused("AccessDenied", IN_A_SESSION, 403):
        sdk("sts", key_of(session_of(ben))).get_session_token()


def test_a_console_session_gets_none_either(ben: User) -> None:
    now = datetime.now(UTC)
    console = Caller(ben, session=Session("console", now, now + timedelta(hours=12)))
    with pytest.raises(AccessDenied, match=IN_A_SESSION):
        Client(console, Facts(), "sts").get_session_token()


def test_without_mfa_the_credentials_open_no_iam_action(ana: User) -> None:
    with refused("InvalidClientTokenId", status=403):
        sdk("iam", key_of(session_of(ana))).get_user()


def test_with_mfa_they_do_and_say_so(iam: Any, ana: User, ben: User, phone: Authenticator) -> None:
    make_policy(
        ben,
        "with-mfa",
        [
            {
                "Effect": "Allow",
                "Action": "iam:GetUser",
                "Resource": "*",
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            }
        ],
    )
    with refused("AccessDenied"):
        iam(ben).get_user()
    given = session_of(ben, SerialNumber=phone.serial_number, TokenCode=phone.code(1))
    assert sdk("iam", key_of(given)).get_user()["User"]["UserName"] == "ben"


def test_a_code_buys_one_session(ben: User, phone: Authenticator) -> None:
    asked = {"SerialNumber": phone.serial_number, "TokenCode": phone.code(1)}
    session_of(ben, **asked)
    with refused("AccessDenied", WRONG_CODE, 403):
        session_of(ben, **asked)


def test_the_code_that_enabled_the_device_is_used_up(ben: User, phone: Authenticator) -> None:
    with refused("AccessDenied", WRONG_CODE, 403):
        session_of(ben, SerialNumber=phone.serial_number, TokenCode=phone.code())


@pytest.mark.parametrize("code", ["000000", "999999"])
def test_a_wrong_code_buys_nothing(ben: User, phone: Authenticator, code: str) -> None:
    with refused("AccessDenied", WRONG_CODE, 403):
        session_of(ben, SerialNumber=phone.serial_number, TokenCode=code)
    assert not TemporarySession.objects.exists()


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_malformed_codes_are_refused(ben: User, phone: Authenticator, code: str) -> None:
    with refused("ValidationError", status=400):
        session_of(ben, SerialNumber=phone.serial_number, TokenCode=code)


def test_serial_and_code_go_together(ben: User, phone: Authenticator) -> None:
    for half in ({"SerialNumber": phone.serial_number}, {"TokenCode": phone.code(1)}):
        with refused("ValidationError", status=400):
            session_of(ben, **half)
        ben.access_keys.all().delete()


@pytest.mark.parametrize("whose", ["ana", "cleo", "nobody", "another account"])
def test_a_device_of_somebody_else_proves_nothing(
    iam: Any, ana: User, ben: User, cleo: User, whose: str
) -> None:
    device = Authenticator(f"arn:aws:iam::{ben.account_id}:mfa/absent", "A" * 64)
    if whose == "ana":
        device = enable_device(iam(ana), "ana")
    if whose == "cleo":
        device = enable_device(iam(cleo), "cleo")
    with refused("AccessDenied", WRONG_DEVICE, 403):
        session_of(ben, SerialNumber=device.serial_number, TokenCode=device.code(1))


def test_guesses_of_a_code_are_counted(sts: Any, ben: User, phone: Authenticator) -> None:
    client = sts(ben)
    for _ in range(5):
        with refused("AccessDenied", WRONG_CODE):
            client.get_session_token(SerialNumber=phone.serial_number, TokenCode="000000")
    with refused("Throttling", status=400):
        client.get_session_token(SerialNumber=phone.serial_number, TokenCode=phone.code(1))


def test_expired_credentials_say_that_they_expired(ben: User) -> None:
    given = session_of(ben)
    TemporarySession.objects.update(expires_at=datetime.now(UTC))
    with refused("ExpiredToken", status=403):
        sdk("sts", key_of(given)).get_caller_identity()


def test_credentials_outlive_their_key_but_not_their_user(iam: Any, ana: User, ben: User) -> None:
    given = session_of(ben)
    ben.access_keys.all().delete()
    client = sdk("sts", key_of(given))
    client.get_caller_identity()
    iam(ana).delete_user(UserName="ben")
    with refused("InvalidClientTokenId", status=403):
        client.get_caller_identity()


# --- GetAccessKeyInfo ---------------------------------------------------------------------------


def test_any_key_tells_its_account(sts: Any, ana: User, cleo: User) -> None:
    client = sts(ana)
    inactive = make_key(cleo, active=False).id
    temporary = session_of(cleo)["AccessKeyId"]
    for key_id in (inactive, temporary):
        assert client.get_access_key_info(AccessKeyId=key_id)["Account"] == cleo.account_id


@pytest.mark.parametrize("key_id", ["AKIAAAAAAAAAAAAAAAAA", "AKIA", "", "garbage-garbage-garbage"])
def test_unknown_and_malformed_keys_are_refused(sts: Any, ana: User, key_id: str) -> None:
    with refused("ValidationError", status=400):
        sts(ana).get_access_key_info(AccessKeyId=key_id)


def test_asking_about_keys_needs_a_permission(sts: Any, account: Account) -> None:
    dev = make_user(account, "dev", allow=["sts:GetAccessKeyInfo"])
    sts(dev).get_access_key_info(AccessKeyId=make_key(dev).id)
    li = make_user(account, "li")
    with refused("AccessDenied", status=403):
        sts(li).get_access_key_info(AccessKeyId=make_key(li).id)
