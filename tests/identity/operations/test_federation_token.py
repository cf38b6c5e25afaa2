"""sts:GetFederationToken, as boto3 sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from identity.models import TemporarySession, User
from tests.factories import Key, make_document, make_user
from tests.refusals import refused
from tests.sdk_in_process import sdk

POLICY = make_document([{"Effect": "Allow", "Action": "*", "Resource": "*"}])


def key_of(answer: dict[str, Any]) -> Key:
    given = answer["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def test_a_federated_user_has_a_name_of_its_own(sts: Any, ana: User) -> None:
    answer = sts(ana).get_federation_token(Name="jo", Policy=POLICY)
    arn = f"arn:aws:sts::{ana.account_id}:federated-user/jo"
    assert answer["FederatedUser"] == {"FederatedUserId": f"{ana.account_id}:jo", "Arn": arn}
    assert answer["PackedPolicySize"] > 0
    who = sdk("sts", key_of(answer)).get_caller_identity()
    assert (who["Arn"], who["UserId"]) == (arn, f"{ana.account_id}:jo")


def test_it_needs_the_permission_on_the_federated_user(sts: Any, ana: User) -> None:
    dan = make_user(
        ana.account,
        "dan",
        allow=[
            {
                "Effect": "Allow",
                "Action": "sts:GetFederationToken",
                "Resource": f"arn:aws:sts::{ana.account_id}:federated-user/app-*",
            }
        ],
    )
    client = sts(dan)
    assert client.get_federation_token(Name="app-1")["FederatedUser"]
    with refused("AccessDenied", status=403):
        client.get_federation_token(Name="jo")
    with refused("AccessDenied", status=403):
        client.get_federation_token(Name="app-1", Tags=[{"Key": "a", "Value": "b"}])


@pytest.mark.parametrize("verb", ["list_users", "get_user"])
def test_a_federated_user_is_shut_out_of_iam(sts: Any, ana: User, verb: str) -> None:
    key = key_of(sts(ana).get_federation_token(Name="jo", Policy=POLICY))
    with refused("InvalidClientTokenId", status=403):
        getattr(sdk("iam", key), verb)()


@pytest.mark.parametrize(
    ("verb", "params"),
    [
        ("get_session_token", {}),
        ("get_federation_token", {"Name": "li"}),
        ("assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "xx"}),
    ],
)
def test_a_federated_user_gets_no_further_credentials(
    sts: Any, ana: User, verb: str, params: dict[str, str]
) -> None:
    key = key_of(sts(ana).get_federation_token(Name="jo", Policy=POLICY))
    with refused("AccessDenied", status=403):
        getattr(sdk("sts", key), verb)(**params)


@pytest.mark.parametrize(
    ("who", "asked", "given"),
    [
        ("ana", None, timedelta(hours=12)),
        ("ana", 129_600, timedelta(hours=36)),
        ("ana", 900, timedelta(minutes=15)),
        ("root", 129_600, timedelta(hours=1)),
        ("root", None, timedelta(hours=1)),
    ],
)
def test_how_long_it_lasts(
    sts: Any, ana: User, root: User, who: str, asked: int | None, given: timedelta
) -> None:
    caller = {"ana": ana, "root": root}[who]
    more = {"DurationSeconds": asked} if asked else {}
    answer = sts(caller).get_federation_token(Name="jo", **more)
    left = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert given - timedelta(seconds=10) < left <= given


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"DurationSeconds": 899}, "ValidationError"),
        ({"DurationSeconds": 129_601}, "ValidationError"),
        ({"Name": "j"}, "ValidationError"),
        ({"Name": "j" * 33}, "ValidationError"),
        ({"Policy": "x"}, "MalformedPolicyDocument"),
        ({"Policy": POLICY + " " * 2048}, "ValidationError"),
    ],
)
def test_what_is_refused_mints_nothing(
    sts: Any, ana: User, more: dict[str, Any], code: str
) -> None:
    with refused(code):
        sts(ana).get_federation_token(**{"Name": "jo", **more})
    assert not TemporarySession.objects.exists()


def test_sessions_cannot_ask_for_it(sts: Any, ana: User) -> None:
    key = key_of(sts(ana).get_session_token())
    with refused("AccessDenied", "Cannot call GetFederationToken with session credentials", 403):
        sdk("sts", key).get_federation_token(Name="jo")


def test_the_credentials_die_with_the_user(sts: Any, ana: User) -> None:
    dan = make_user(ana.account, "dan", allow=["sts:*"])
    key = key_of(sts(dan).get_federation_token(Name="jo"))
    dan.delete()
    with refused("InvalidClientTokenId"):
        sdk("sts", key).get_caller_identity()
