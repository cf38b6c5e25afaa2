"""Passkeys and security keys: registered once, asked for at sign-in, refused for every fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.test import RequestFactory
from django.utils import timezone

from identity import passkeys
from identity.callers import Caller, Session
from identity.errors import AccessDenied, EntityAlreadyExists, LimitExceeded
from identity.facts import Facts
from identity.models import Account, FidoCredential, User
from identity.passkeys import RefusedError, Site
from tests.entrance import give_device
from tests.events import logged
from tests.factories import make_user
from tests.security_key import ATTESTED, PRESENT, SecurityKey

SITE = Site("console.example", "https://console.example:8443")

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> SessionBase:
    return SessionBase()


@pytest.fixture
def key(session: SessionBase, ana: User) -> SecurityKey:
    """A key that is registered as ana's."""
    return register(session, ana)


def register(session: SessionBase, user: User, name: str = "Blue") -> SecurityKey:
    made = SecurityKey(SITE.origin)
    answer = made.create(passkeys.creation_options(session, user, SITE))
    new = passkeys.registered(session, user, SITE, answer)
    caller = Caller(user)
    if user.mfa_devices.exists():
        caller = signed_in_with_mfa(user)
    passkeys.add(caller, Facts(), new, name)
    return made


def signed_in_with_mfa(user: User) -> Caller:
    now = timezone.now()
    return Caller(user, session=Session("console", now, now + timedelta(hours=1), now))


def asked(session: SessionBase, user: User) -> str:
    return passkeys.request_options(session, user, SITE)


def accept(session: SessionBase, user: User, answer: str, site: Site = SITE) -> Any:
    return passkeys.accept(session, user, site, answer, timezone.now())


def test_a_registered_key_proves_its_user_and_no_other(
    session: SessionBase, ana: User, ben: User, key: SecurityKey
) -> None:
    device = accept(session, ana, key.get(asked(session, ana), handle=ana.unique_id))
    assert device.name == "Blue"
    assert device.serial_number.startswith(f"arn:aws:iam::{ana.account_id}:u2f/user/ana/Blue-")
    with pytest.raises(RefusedError):
        accept(session, ben, key.get(asked(session, ben)))


def test_the_options_name_the_keys_of_this_user_at_this_address(
    session: SessionBase, ana: User, cleo: User, key: SecurityKey
) -> None:
    register(session, cleo)
    [shown] = json.loads(asked(session, ana))["allowCredentials"]
    assert shown["transports"] == ["usb"]
    creation = json.loads(passkeys.creation_options(session, ana, SITE))
    assert creation["excludeCredentials"] == [shown]
    elsewhere = Site("other.example", "https://other.example")
    assert json.loads(passkeys.request_options(session, ana, elsewhere))["allowCredentials"] == []
    assert passkeys.hosts_of(ana) == ["console.example"]


FAULTS: dict[str, Callable[[SecurityKey, str], str]] = {
    "another origin": lambda key, options: key.get(options, origin="https://evil.example"),
    "another port": lambda key, options: key.get(options, origin="https://console.example"),
    "http": lambda key, options: key.get(options, origin="http://console.example:8443"),
    "another host's key": lambda key, options: key.get(
        options.replace('"rpId": "console.example"', '"rpId": "evil.example"')
    ),
    "the other ceremony": lambda key, options: key.get(options, type="webauthn.create"),
    "another challenge": lambda key, options: key.get(options, challenge="AAAA"),
    "in a frame": lambda key, options: key.get(options, crossOrigin=True),
    "in somebody's frame": lambda key, options: key.get(options, topOrigin="https://evil.example"),
    "nobody there": lambda key, options: replace(key, flags=0).get(options),
    "a key of the same name": lambda key, options: SecurityKey(key.origin, id=key.id).get(options),
    "an unknown key": lambda key, options: SecurityKey(key.origin).get(options),
    "another's handle": lambda key, options: key.get(options, handle="AIDAOTHER"),
    "a broken signature": lambda key, options: _with(key.get(options), signature="AAAA"),
    "no signature": lambda key, options: _with(key.get(options), signature=""),
    "authenticator data cut off": lambda key, options: _with(
        key.get(options), authenticatorData="AAAA"
    ),
    "client data that is no JSON": lambda key, options: _with(
        key.get(options), clientDataJSON="AAAA"
    ),
    "an empty answer": lambda key, options: "",
    "a number": lambda key, options: "1",
    "a list": lambda key, options: "[]",
    "no response": lambda key, options: json.dumps({"id": json.loads(key.get(options))["id"]}),
    "another type": lambda key, options: key.get(options).replace("public-key", "password"),
    "deep nonsense": lambda key, options: "[" * 10_000,
}


def _with(answer: str, **response: str) -> str:
    read = json.loads(answer)
    return json.dumps({**read, "response": {**read["response"], **response}})


@pytest.mark.parametrize("fault", FAULTS)
def test_every_faulty_answer_is_refused(
    session: SessionBase, ana: User, key: SecurityKey, fault: str
) -> None:
    with pytest.raises(RefusedError):
        accept(session, ana, FAULTS[fault](key, asked(session, ana)))
    assert accept(session, ana, key.get(asked(session, ana)))


def test_a_challenge_works_once_for_its_user_its_ceremony_and_five_minutes(
    session: SessionBase, ana: User, ben: User, key: SecurityKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = key.get(asked(session, ana))
    assert accept(session, ana, answer)
    with pytest.raises(RefusedError):
        accept(session, ana, answer)
    of_ana = key.get(asked(session, ana))
    with pytest.raises(RefusedError):
        accept(session, ben, of_ana)
    passkeys.creation_options(session, ana, SITE)
    with pytest.raises(RefusedError):
        accept(session, ana, of_ana)
    late = key.get(asked(session, ana))
    later = timezone.now() + passkeys.LIFETIME
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    with pytest.raises(RefusedError):
        accept(session, ana, late)


def test_a_counter_that_does_not_rise_is_a_copy(
    session: SessionBase, ana: User, key: SecurityKey
) -> None:
    assert accept(session, ana, replace(key, count=7).get(asked(session, ana)))
    for count in (7, 6, 0):
        with pytest.raises(RefusedError):
            accept(session, ana, replace(key, count=count).get(asked(session, ana)))
    assert accept(session, ana, replace(key, count=8).get(asked(session, ana)))


MADE_WRONG: dict[str, Callable[[SecurityKey, str], str]] = {
    "another origin": lambda key, options: key.create(options, origin="https://evil.example"),
    "the other ceremony": lambda key, options: key.create(options, type="webauthn.get"),
    "another challenge": lambda key, options: key.create(options, challenge="AAAA"),
    "in a frame": lambda key, options: key.create(options, crossOrigin=True),
    "another host": lambda key, options: key.create(
        options.replace('"id": "console.example"', '"id": "evil.example"')
    ),
    "nobody there": lambda key, options: replace(key, flags=ATTESTED).create(options),
    "an attestation that is no CBOR": lambda key, options: _with(
        key.create(options), attestationObject="AAAA"
    ),
    "nothing": lambda key, options: "null",
}


@pytest.mark.parametrize("fault", MADE_WRONG)
def test_a_key_that_was_made_wrong_is_not_registered(
    session: SessionBase, ana: User, fault: str
) -> None:
    options = passkeys.creation_options(session, ana, SITE)
    with pytest.raises(RefusedError):
        passkeys.registered(
            session, ana, SITE, MADE_WRONG[fault](SecurityKey(SITE.origin), options)
        )
    assert not FidoCredential.objects.exists()


def test_a_key_is_registered_once_in_the_whole_installation(
    session: SessionBase, ana: User, cleo: User, key: SecurityKey
) -> None:
    options = passkeys.creation_options(session, cleo, SITE)
    again = passkeys.registered(session, cleo, SITE, key.create(options))
    with pytest.raises(EntityAlreadyExists):
        passkeys.add(Caller(cleo), Facts(), again, "Stolen")


def test_a_user_has_eight_devices_of_both_kinds(
    session: SessionBase, account: Account, ana: User
) -> None:
    give_device(ana)
    for number in range(7):
        register(session, ana, f"key-{number}")
    with pytest.raises(LimitExceeded):
        register(session, ana, "ninth")
    account.refresh_from_db()
    assert (account.mfa_device_count, account.mfa_device_in_use_count) == (7, 7)


def test_who_may_not_enable_devices_adds_no_key_and_the_refusal_is_recorded(
    session: SessionBase, ben: User, own_journal: Any
) -> None:
    with pytest.raises(AccessDenied):
        register(session, ben)
    own_journal.drain()
    assert logged().get(name="EnableMFADevice").error_code == "AccessDenied"


def test_a_policy_may_keep_security_keys_out(session: SessionBase, account: Account) -> None:
    dan = make_user(account, "dan", allow="iam:*")
    deny = {"Effect": "Deny", "Action": "iam:EnableMFADevice", "Resource": "*"}
    condition = {"StringEquals": {"iam:RegisterSecurityKey": "Activate"}}
    dan.policies.create(
        name="codes-only",
        document=json.dumps(
            {"Version": "2012-10-17", "Statement": [{**deny, "Condition": condition}]}
        ),
    )
    with pytest.raises(AccessDenied):
        register(session, dan)


def test_the_api_lists_gets_and_takes_away_a_key(ana: User, iam: Any, session: SessionBase) -> None:
    register(session, ana)
    give_device(ana)
    client = iam(make_user(ana.account, "admin", allow="*"))
    listed = client.list_mfa_devices(UserName="ana")["MFADevices"]
    serial = next(one["SerialNumber"] for one in listed if ":u2f/" in one["SerialNumber"])
    assert client.get_mfa_device(UserName="ana", SerialNumber=serial)["UserName"] == "ana"
    virtual = client.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert serial not in [one["SerialNumber"] for one in virtual]
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.delete_virtual_mfa_device(SerialNumber=serial)
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
    with pytest.raises(client.exceptions.NoSuchEntityException):
        client.resync_mfa_device(UserName="ana", SerialNumber=serial, **codes)
    client.deactivate_mfa_device(UserName="ana", SerialNumber=serial)
    assert not FidoCredential.objects.exists()
    assert len(client.list_mfa_devices(UserName="ana")["MFADevices"]) == 1


def test_a_key_gives_no_codes_to_signed_calls(session: SessionBase, ana: User, sts: Any) -> None:
    register(session, ana)
    serial = ana.mfa_devices.get().serial_number
    client = sts(ana)
    with pytest.raises(client.exceptions.ClientError, match="unable to validate MFA code"):
        client.get_session_token(SerialNumber=serial, TokenCode="123456")


def test_an_address_that_is_a_number_has_no_keys(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for host in ("127.0.0.1:8000", "[::1]:8000", "192.0.2.1"):
        assert passkeys.site_of(RequestFactory().get("/", headers={"host": host})) is None
    site = passkeys.site_of(RequestFactory().get("/", headers={"host": "localhost:8000"}))
    assert site == Site("localhost", "http://localhost:8000")


def test_presence_without_verification_is_enough_for_a_second_factor(
    session: SessionBase, ana: User, key: SecurityKey
) -> None:
    assert accept(session, ana, replace(key, flags=PRESENT).get(asked(session, ana)))
