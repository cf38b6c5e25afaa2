"""DecodeAuthorizationMessage: what a refusal's encoded message tells, and to whom."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity import authorization_messages, vault
from identity.models import Account, User
from tests.factories import make_policy, make_user
from tests.refusals import refused

Sdk = Callable[[User], Any]
NOT_VALID = "Message is not valid"


@pytest.fixture
def message(iam: Sdk, ben: User) -> str:
    """The encoded message of ben's refused ListUsers."""
    return encoded_message(iam(ben).list_users)


def encoded_message(refused_call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        refused_call()
    error: dict[str, str] = caught.value.response["Error"]  # type: ignore[assignment]
    assert error["Code"] == "AccessDenied"
    return error["EncodedMessage"]


def decode(sts: Any, message: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(
        sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"]
    )
    return decoded


def test_a_refusal_hands_over_its_encoded_message_and_keeps_awss_sentence(
    iam: Sdk, ben: User
) -> None:
    with pytest.raises(ClientError) as caught:
        iam(ben).list_users()
    error = caught.value.response["Error"]
    arn = ben.arn
    assert error["Message"] == (
        f"User: {arn} is not authorized to perform: iam:ListUsers on resource: "
        f"arn:aws:iam::{ben.account_id}:user/ because no identity-based policy allows the "
        "iam:ListUsers action"
    )
    assert len(error["EncodedMessage"]) <= 10_240  # type: ignore[typeddict-item]


def test_an_administrator_reads_who_asked_for_what(
    sts: Sdk, ana: User, ben: User, message: str
) -> None:
    decoded = decode(sts(ana), message)
    assert decoded["allowed"] is False
    assert decoded["explicitDeny"] is False
    assert decoded["matchedStatements"] == {"items": []}
    context = decoded["context"]
    assert context["principal"] == {"id": ben.unique_id, "name": "ben", "arn": ben.arn}
    assert context["action"] == "iam:ListUsers"
    assert context["resource"] == f"arn:aws:iam::{ben.account_id}:user/"
    keys = {item["key"]: item["values"] for item in context["conditions"]["items"]}
    assert keys["aws:username"] == {"items": [{"value": "ben"}]}


def test_the_statement_that_denied_is_there_as_the_policy_writes_it(
    iam: Sdk, sts: Sdk, ana: User, ben: User
) -> None:
    deny = {
        "Sid": "NotFromHere",
        "Effect": "Deny",
        "Action": "iam:List*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:username": ["ben", "bob"]}},
    }
    make_policy(ben, "Denying", [deny])
    decoded = decode(sts(ana), encoded_message(iam(ben).list_users))
    assert decoded["explicitDeny"] is True
    (statement,) = decoded["matchedStatements"]["items"]
    assert statement["statementId"] == "NotFromHere"
    assert statement["effect"] == "DENY"
    assert statement["actions"] == {"items": [{"value": "iam:List*"}]}
    assert statement["resources"] == {"items": [{"value": "*"}]}
    (condition,) = statement["conditions"]["items"]
    assert condition["key"] == "aws:username"
    assert condition["values"] == {"items": [{"value": "ben"}, {"value": "bob"}]}


def test_what_kept_an_allow_from_applying_is_among_the_failures(
    iam: Sdk, sts: Sdk, ana: User, ben: User
) -> None:
    office = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    allow = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": office}
    make_policy(ben, "Office", [allow])
    decoded = decode(sts(ana), encoded_message(iam(ben).list_users))
    (failure,) = decoded["failures"]["items"]
    assert failure["policy"] == "user/ben/Office"
    assert (failure["operator"], failure["key"]) == ("IpAddress", "aws:SourceIp")
    assert failure["wanted"] == {"items": [{"value": "203.0.113.0/24"}]}
    assert failure["found"] == {"items": [{"value": "127.0.0.1"}]}


def test_only_who_has_the_permission_may_decode(
    sts: Sdk, account: Account, ben: User, message: str
) -> None:
    with refused("AccessDenied", status=403):
        sts(ben).decode_authorization_message(EncodedMessage=message)
    reader = make_user(account, "rea", allow=["sts:DecodeAuthorizationMessage"])
    assert decode(sts(reader), message)["allowed"] is False


def test_the_permission_must_be_given_on_everything(
    sts: Sdk, account: Account, ben: User, message: str
) -> None:
    reader = make_user(account, "rea")
    on_ben = {"Effect": "Allow", "Action": "sts:DecodeAuthorizationMessage", "Resource": ben.arn}
    make_policy(reader, "OnBen", [on_ben])
    with refused("AccessDenied"):
        sts(reader).decode_authorization_message(EncodedMessage=message)


def test_another_account_cannot_decode_it(sts: Sdk, cleo: User, message: str) -> None:
    with refused("InvalidAuthorizationMessageException", NOT_VALID, 400):
        sts(cleo).decode_authorization_message(EncodedMessage=message)


def _flipped(message: str, place: int) -> str:
    return message[:place] + ("A" if message[place] != "A" else "B") + message[place + 1 :]


@pytest.mark.parametrize("place", [0, 1, 30, 5000, -2])
def test_a_message_that_was_changed_is_none(sts: Sdk, ana: User, message: str, place: int) -> None:
    place %= len(message)
    with refused("InvalidAuthorizationMessageException", NOT_VALID, 400):
        sts(ana).decode_authorization_message(EncodedMessage=_flipped(message, place))


@pytest.mark.parametrize(
    "text",
    ["x", "=", "\n", "not one of ours", "é", "A" * 10_240, "AQ==", "YWJj", "\u202e"],
)
def test_what_was_never_encoded_here_is_refused_alike(sts: Sdk, ana: User, text: str) -> None:
    with refused("InvalidAuthorizationMessageException", NOT_VALID, 400):
        sts(ana).decode_authorization_message(EncodedMessage=text)


def test_a_message_with_a_line_break_is_not_valid(sts: Sdk, ana: User, message: str) -> None:
    with refused("InvalidAuthorizationMessageException", NOT_VALID):
        sts(ana).decode_authorization_message(EncodedMessage=f"{message[:-1]}\n")


@pytest.mark.parametrize("text", ["", "A" * 10_241])
def test_its_length_is_1_to_10240(sts: Sdk, ana: User, text: str) -> None:
    with refused("ValidationError"):
        sts(ana).decode_authorization_message(EncodedMessage=text)


def test_a_value_sealed_for_another_purpose_does_not_open(sts: Sdk, ana: User) -> None:
    sealed = vault.seal(b"{}", f"access_key:{ana.account_id}")
    text = base64.urlsafe_b64encode(sealed).decode()
    with refused("InvalidAuthorizationMessageException", NOT_VALID):
        sts(ana).decode_authorization_message(EncodedMessage=text)


def test_a_message_tells_nothing_by_its_length(iam: Sdk, account: Account, ben: User) -> None:
    longer = make_user(account, "a-user-with-a-much-longer-name")
    make_policy(longer, "P", [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}] * 9)
    one, other = (encoded_message(iam(user).list_users) for user in (ben, longer))
    assert len(one) == len(other)
    assert authorization_messages.decoded(one, account.id).principal_name == "ben"
