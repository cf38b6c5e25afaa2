"""Temporary credentials against bad input: nothing is minted, and a refusal is on the record."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.test import Client
from django.utils import timezone

from identity.journal import Journal
from identity.models import Role, TemporarySession, User
from tests.events import logged
from tests.factories import Key, make_key, make_policy, make_role, make_user, trusting
from tests.refusals import refused
from tests.sdk_in_process import ENDPOINT, sdk

HOST = ENDPOINT.removeprefix("http://")
UNKNOWN = "The security token included in the request is invalid"


@pytest.fixture
def role(ana: User) -> Role:
    return make_role(ana.account, "deploy", trust=_open(ana), allow=["iam:ListUsers"])


def _open(ana: User) -> str:
    return trusting(ana.account.root_arn).replace('"sts:AssumeRole"', '"sts:*"')


@pytest.fixture
def session(ana: User, role: Role) -> Key:
    return assume(ana, role)


def assume(ana: User, role: Role, **more: Any) -> Key:
    sts = sdk("sts", make_key(ana))
    given = sts.assume_role(RoleArn=role.arn, RoleSessionName="work", **more)["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


# --- tokens -------------------------------------------------------------------------------------


def wrong_tokens(token: str, others: str) -> Iterator[str | None]:
    yield from (others, token[:-1], token[1:], token + "A", token.swapcase(), "x", "é" * 9)
    yield from (" " + token, "A" * 4096)


def test_only_its_own_whole_token_goes_with_a_key(ana: User, role: Role, session: Key) -> None:
    other = assume(ana, role)
    assert session.token
    assert other.token
    for token in wrong_tokens(session.token, other.token):
        with refused("InvalidClientTokenId", UNKNOWN, 403):
            sdk("sts", Key(session.id, session.secret, token)).get_caller_identity()
    with refused("InvalidClientTokenId", status=403):
        sdk("sts", Key(session.id, session.secret)).get_caller_identity()
    with refused("SignatureDoesNotMatch", status=403):
        sdk("sts", Key(session.id, other.secret, session.token)).get_caller_identity()


def test_a_token_of_an_account_that_is_not_here_is_unknown(session: Key, cleo: User) -> None:
    foreign = Key("ASIA" + "B" * 16, session.secret, session.token)
    with refused("InvalidClientTokenId", UNKNOWN, 403):
        sdk("sts", foreign).get_caller_identity()
    with refused("InvalidClientTokenId", status=403):
        sdk("sts", Key(make_key(cleo).id, session.secret, session.token)).get_caller_identity()


def test_it_expires_to_the_second(session: Key) -> None:
    TemporarySession.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert sdk("sts", session).get_caller_identity()
    TemporarySession.objects.update(expires_at=timezone.now())
    with refused("ExpiredToken", status=403):
        sdk("sts", session).get_caller_identity()


def test_a_role_deleted_between_issue_and_use_leaves_nothing(role: Role, session: Key) -> None:
    role.delete()
    with refused("InvalidClientTokenId", UNKNOWN, 403):
        sdk("iam", session).list_users()
    assert not TemporarySession.objects.exists()


# --- what is asked for --------------------------------------------------------------------------


def post(key: Key, **fields: str) -> Any:
    """A signed call of raw form fields, whatever an SDK would make of them."""
    body = urllib.parse.urlencode({"Version": "2011-06-15", **fields})
    kind = "application/x-www-form-urlencoded"
    request = AWSRequest("POST", ENDPOINT + "/", {"Content-Type": kind}, body)
    SigV4Auth(Credentials(key.id, key.secret, key.token), "sts", "us-east-1").add_auth(request)
    headers = {str(name): str(value) for name, value in request.headers.items()}
    headers["Host"] = HOST
    return Client().post("/", body, content_type=kind, headers=headers)


@pytest.mark.parametrize("action", ["AssumeRole", "GetSessionToken", "GetFederationToken"])
@pytest.mark.parametrize(
    "seconds",
    [
        *("", "one", "-1", "-3600", "0", "899", "3600.5", "1e3", "0x384", "٩٠٠", " 900 "),
        *("9" * 400, str(2**31), str(2**63), "129601"),
    ],
)
def test_other_durations_mint_nothing(ana: User, role: Role, action: str, seconds: str) -> None:
    needed = {
        "AssumeRole": {"RoleArn": role.arn, "RoleSessionName": "work"},
        "GetFederationToken": {"Name": "jo"},
    }.get(action, {})
    answer = post(make_key(ana), Action=action, DurationSeconds=seconds, **needed)
    assert answer.status_code == 400, answer.content
    assert not TemporarySession.objects.exists()


TAG = {"Key": "team", "Value": "red"}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Tags": [{"Key": "k" * 129, "Value": "v"}]}, "ValidationError"),
        ({"Tags": [{"Key": "k", "Value": "v" * 257}]}, "ValidationError"),
        ({"Tags": [{"Key": "", "Value": "v"}]}, "ValidationError"),
        ({"Tags": [{"Key": "k<", "Value": "v"}]}, "ValidationError"),
        ({"Tags": [{"Key": "aws:team", "Value": "v"}]}, "InvalidParameterValue"),
        ({"Tags": [TAG, {"Key": "TEAM", "Value": "blue"}]}, "InvalidParameterValue"),
        ({"Tags": [TAG], "TransitiveTagKeys": ["team", "Team"]}, "InvalidParameterValue"),
        ({"Tags": [TAG], "TransitiveTagKeys": ["other"]}, "InvalidParameterValue"),
        ({"TransitiveTagKeys": [f"k{n}" for n in range(51)]}, "ValidationError"),
        ({"SourceIdentity": "a"}, "ValidationError"),
        ({"SourceIdentity": "a b"}, "ValidationError"),
        ({"SourceIdentity": "a" * 65}, "ValidationError"),
        ({"SourceIdentity": "aws:ana"}, "ValidationError"),
        ({"RoleSessionName": "a"}, "ValidationError"),
        ({"RoleSessionName": "a/b"}, "ValidationError"),
        ({"RoleSessionName": "a" * 65}, "ValidationError"),
        ({"ExternalId": "a"}, "ValidationError"),
        ({"ExternalId": "a b"}, "ValidationError"),
        ({"ExternalId": "a" * 1225}, "ValidationError"),
    ],
)
def test_what_is_over_a_limit_mints_nothing(
    ana: User, role: Role, more: dict[str, Any], code: str, own_journal: Journal
) -> None:
    asked = {"RoleArn": role.arn, "RoleSessionName": "work", **more}
    client = sdk("sts", make_key(ana))
    with refused(code, status=400):
        client.assume_role(**asked)
    assert not TemporarySession.objects.exists()
    own_journal.drain()
    assert logged().get(name="AssumeRole").error_code == code


def test_tags_that_fill_the_packed_size_mint_nothing(ana: User, role: Role) -> None:
    tags = [
        {"Key": f"{n:03}", "Value": "".join(chr(0x4E00 + n * 97 + c) for c in range(256))}
        for n in range(50)
    ]
    with refused("PackedPolicyTooLarge", status=400):
        assume(ana, role, Tags=tags)
    assert not TemporarySession.objects.exists()


def test_the_packed_size_is_told_in_per_cent(ana: User, role: Role) -> None:
    sts = sdk("sts", make_key(ana))
    asked: dict[str, Any] = {"RoleArn": role.arn, "RoleSessionName": "work"}
    assert "PackedPolicySize" not in sts.assume_role(**asked)
    assert 1 <= sts.assume_role(**asked, Tags=[TAG])["PackedPolicySize"] <= 100


# --- clocks -------------------------------------------------------------------------------------


def presigned(key: Key, seconds: int = 900, ago: int = 0, headers: Any = None) -> str:
    request = AWSRequest("GET", f"{ENDPOINT}/?Action=GetCallerIdentity&Version=2011-06-15", headers)
    credentials = Credentials(key.id, key.secret, key.token)
    with pytest.MonkeyPatch.context() as clock:
        then = (timezone.now() - timedelta(seconds=ago)).replace(tzinfo=None)
        clock.setattr("botocore.auth.get_current_datetime", lambda *_a, **_k: then)
        SigV4QueryAuth(credentials, "sts", "us-east-1", expires=seconds).add_auth(request)
    return str(request.url).removeprefix(ENDPOINT)


def opened(url: str, **headers: str) -> Any:
    return Client().get(url, headers={"Host": HOST, **headers})


@pytest.mark.parametrize(
    ("seconds", "ago", "status"),
    [
        (900, 0, 200),
        (900, 890, 200),
        (900, 901, 403),
        (60, 61, 403),
        (60, -240, 200),
        (60, -1000, 403),
        (604_800, 0, 200),
        (604_801, 0, 400),
        (-1, 0, 400),
    ],
)
def test_a_presigned_url_is_good_from_its_time_for_its_seconds(
    session: Key, seconds: int, ago: int, status: int
) -> None:
    answer = opened(presigned(session, seconds, ago))
    assert answer.status_code == status, answer.content


def test_a_signed_header_of_a_presigned_url_must_come_with_it(session: Key) -> None:
    url = presigned(session, headers={"x-k8s-aws-id": "prod"})
    assert opened(url, **{"x-k8s-aws-id": "prod"}).status_code == 200
    for headers in ({}, {"x-k8s-aws-id": "test"}):
        assert opened(url, **headers).status_code == 403


def test_a_presigned_url_ends_with_its_session(session: Key) -> None:
    url = presigned(session)
    TemporarySession.objects.update(expires_at=timezone.now())
    answer = opened(url)
    assert (answer.status_code, b"<Code>ExpiredToken</Code>" in answer.content) == (403, True)


# --- who is it ----------------------------------------------------------------------------------

DENIED = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def _principals(ana: User) -> dict[str, Key]:
    """A key of each kind of principal, by the end of its ARN; but for root all are denied all."""
    role = make_role(ana.account, "ops", trust=_open(ana), path="/staff/")
    keys = {
        "root": make_key(ana.account.root),
        "user/ana": make_key(ana),
        "assumed-role/ops/work": assume(ana, role),
    }
    eve = sdk("sts", make_key(make_user(ana.account, "eve", allow=["sts:*"])))
    keys["federated-user/jo"] = _key(eve.get_federation_token(Name="jo")["Credentials"])
    keys["user/eve"] = _key(eve.get_session_token()["Credentials"])
    make_policy(role, "nothing", [DENIED])
    for user in ana.account.iam_users:
        make_policy(user, "nothing", [DENIED])
    return keys


def _key(given: Any) -> Key:
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def test_everybody_learns_who_they_are_by_post_and_by_presigned_url(ana: User) -> None:
    for end, key in _principals(ana).items():
        told = sdk("sts", key).get_caller_identity()
        assert (told["Account"], told["Arn"].split(":", 5)[5]) == (ana.account_id, end)
        service = "sts" if end.startswith(("assumed", "federated")) else "iam"
        assert told["Arn"].startswith(f"arn:aws:{service}::{ana.account_id}:")
        page = opened(presigned(key)).content.decode()
        assert f"<Arn>{told['Arn']}</Arn>" in page
        assert f"<UserId>{told['UserId']}</UserId>" in page
