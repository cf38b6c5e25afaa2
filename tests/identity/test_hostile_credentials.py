"""Temporary credentials in the wrong hands, odd requests for them: a code, and nothing minted.

What a caller did who is known is in the audit log; a request that proves nothing is in nobody's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.test import Client
from django.utils import timezone

from identity import journal
from identity.models import Account, Role, TemporarySession, User
from tests.events import logged
from tests.factories import Key, make_document, make_key, make_role
from tests.sdk_in_process import sdk

FORM = "application/x-www-form-urlencoded"


def call(key: Key, **fields: str) -> tuple[str, int]:
    """The code (or "") and status with which a well-signed call is answered, whatever it says."""
    body = urlencode({"Version": "2011-06-15", **fields}).encode()
    sent = {"Content-Type": FORM, "Host": "testserver"}
    request = AWSRequest("POST", "http://testserver/", data=body, headers=sent)
    credentials = Credentials(key.id, key.secret, key.token)
    SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
    headers = dict(request.headers.items())
    kind = headers.pop("Content-Type")
    answer = Client(headers=headers).post("/", data=body, content_type=kind)
    code = ElementTree.fromstring(answer.content).findtext(".//{*}Code") or ""
    return code, answer.status_code


def who(key: Key) -> tuple[str, int]:
    return call(key, Action="GetCallerIdentity")


def refusals() -> list[tuple[str, str]]:
    journal.drain()
    failed = logged().exclude(error_code="").order_by("time")
    return [(event.name, event.error_code) for event in failed]


@pytest.fixture
def role(account: Account) -> Role:
    trusted = {
        "Effect": "Allow",
        "Principal": {"AWS": account.root_arn},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    return make_role(account, "deploy", trust=make_document([trusted]), allow=["*"])


@pytest.fixture
def session(ana: User, role: Role) -> Key:
    return assumed(ana, role)


def assumed(user: User, role: Role) -> Key:
    asked = {"RoleArn": role.arn, "RoleSessionName": "work"}
    given = sdk("sts", make_key(user)).assume_role(**asked)["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


# --- tokens and keys that do not belong together --------------------------------------------------


def spoilt(session: Key, other: Key, long_term: Key) -> dict[str, Key]:
    token = session.token or ""
    return {
        "no token": Key(session.id, session.secret),
        "an empty token": Key(session.id, session.secret, ""),
        "another session's token": Key(session.id, session.secret, other.token),
        "another session's key": Key(other.id, other.secret, token),
        "a truncated token": Key(session.id, session.secret, token[:-1]),
        "a longer token": Key(session.id, session.secret, token + "A"),
        "a token in other case": Key(session.id, session.secret, token.swapcase()),
        "a token of a megabyte's kind": Key(session.id, session.secret, token * 16),
        "the hash of the token": Key(session.id, session.secret, _hash_of(session)),
        "a long-term key with a token": Key(long_term.id, long_term.secret, token),
        "an unknown key with a token": Key("ASIA" + "A" * 16, session.secret, token),
        "a key in lower case": Key(session.id.lower(), session.secret, token),
        "a long-term key called temporary": Key("ASIA" + long_term.id[4:], long_term.secret, token),
    }


def _hash_of(session: Key) -> str:
    return TemporarySession.objects.get(pk=session.id).token_hash


@pytest.mark.parametrize(
    "how",
    [
        "no token",
        "an empty token",
        "another session's token",
        "another session's key",
        "a truncated token",
        "a longer token",
        "a token in other case",
        "a token of a megabyte's kind",
        "the hash of the token",
        "a long-term key with a token",
        "an unknown key with a token",
        "a key in lower case",
        "a long-term key called temporary",
    ],
)
def test_what_does_not_belong_together_opens_nothing(
    how: str, ana: User, cleo: User, session: Key
) -> None:
    other = sdk("sts", make_key(cleo)).get_session_token()["Credentials"]
    foreign = Key(other["AccessKeyId"], other["SecretAccessKey"], other["SessionToken"])
    minted = TemporarySession.objects.count()
    key = spoilt(session, foreign, make_key(ana))[how]
    assert who(key) == ("InvalidClientTokenId", 403)
    assert TemporarySession.objects.count() == minted
    assert refusals() == []


def test_a_wrong_secret_does_not_match_and_tells_nothing(session: Key) -> None:
    assert who(Key(session.id, "x" * 40, session.token)) == ("SignatureDoesNotMatch", 403)
    assert refusals() == []


# --- time -----------------------------------------------------------------------------------------


def test_expired_credentials_open_nothing_and_their_use_is_recorded(
    session: Key, role: Role
) -> None:
    TemporarySession.objects.update(expires_at=timezone.now())
    assert who(session) == ("ExpiredToken", 403)
    assert refusals() == [("GetCallerIdentity", "ExpiredToken")]
    event = logged().get(error_code="ExpiredToken")
    assert event.user_identity["sessionContext"]["sessionIssuer"]["arn"] == role.arn


def test_expired_credentials_without_their_token_are_not_told_that_they_expired(
    session: Key,
) -> None:
    TemporarySession.objects.update(expires_at=timezone.now())
    assert who(Key(session.id, session.secret, "x"))[0] == "InvalidClientTokenId"
    assert refusals() == []


@pytest.mark.parametrize("hours", [-13, 13])
def test_a_servers_clock_that_was_stepped_refuses_what_was_signed_by_the_right_one(
    session: Key, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepped = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr("identity.authentication.timezone.now", lambda: stepped)
    assert who(session) == ("SignatureDoesNotMatch", 403)


def test_credentials_end_at_the_moment_that_was_said_whatever_the_clock_did_since(
    session: Key,
) -> None:
    now = timezone.now()
    TemporarySession.objects.update(issued_at=now + timedelta(hours=3), expires_at=now)
    assert who(session)[0] == "ExpiredToken"


# --- who is gone ----------------------------------------------------------------------------------


def test_a_session_ends_with_its_role_and_not_with_who_assumed_it(ana: User, role: Role) -> None:
    session = assumed(ana, role)
    ana.delete()
    assert who(session) == ("", 200)
    role.delete()
    assert who(session) == ("InvalidClientTokenId", 403)


def test_a_role_made_anew_under_the_name_does_not_revive_a_session(
    account: Account, role: Role, session: Key
) -> None:
    role.delete()
    make_role(account, "deploy", allow=["*"])
    assert who(session) == ("InvalidClientTokenId", 403)


# --- odd requests ---------------------------------------------------------------------------------


def tags(number: int, key: str = "k{}", value: str = "v") -> dict[str, str]:
    pairs = ((n, key.format(n)) for n in range(1, number + 1))
    fields: dict[str, str] = {}
    for n, name in pairs:
        fields |= {f"Tags.member.{n}.Key": name, f"Tags.member.{n}.Value": value}
    return fields


@pytest.mark.parametrize("action", ["AssumeRole", "GetFederationToken"])
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"DurationSeconds": "an hour"}, "MalformedInput"),
        ({"DurationSeconds": "3600.0"}, "MalformedInput"),
        ({"DurationSeconds": " 900"}, "MalformedInput"),
        ({"DurationSeconds": "9" * 30}, "MalformedInput"),
        ({"DurationSeconds": "-900"}, "ValidationError"),
        ({"DurationSeconds": "0"}, "ValidationError"),
        ({"DurationSeconds": "899"}, "ValidationError"),
        ({"DurationSeconds": "129601"}, "ValidationError"),
        (tags(51), "ValidationError"),
        (tags(1, key="k" * 129), "ValidationError"),
        (tags(1, value="v" * 257), "ValidationError"),
        (tags(1, key=""), "ValidationError"),
        (tags(1, key="aws:x"), "InvalidParameterValue"),
        (tags(2, key="same"), "InvalidParameterValue"),
        ({"Policy": "not json"}, "MalformedPolicyDocument"),
        ({"PolicyArns.member.1.arn": "x" * 20}, "MalformedPolicyDocument"),
    ],
)
def test_an_odd_request_is_refused_recorded_and_mints_nothing(
    action: str, fields: dict[str, str], code: str, ana: User, role: Role
) -> None:
    own = (
        {"RoleArn": role.arn, "RoleSessionName": "work"}
        if action == "AssumeRole"
        else {"Name": "jo"}
    )
    assert call(make_key(ana), Action=action, **own, **fields) == (code, 400)
    assert not TemporarySession.objects.exists()
    assert refusals() == [(action, code)]


@pytest.mark.parametrize(
    "fields", [{"RoleSessionName": "a b"}, {"RoleSessionName": "x"}, {"SourceIdentity": "aws:x y"}]
)
def test_odd_names_are_refused(fields: dict[str, str], ana: User, role: Role) -> None:
    asked: dict[str, Any] = {"RoleArn": role.arn, "RoleSessionName": "work", **fields}
    assert call(make_key(ana), Action="AssumeRole", **asked) == ("ValidationError", 400)
    assert not TemporarySession.objects.exists()
