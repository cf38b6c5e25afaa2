"""Unmodified boto3 and the AWS command line against the production server."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.aws_cli import aws, started
from tests.factories import Key
from tests.live_server import LiveServer

READ_SELF = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "iam:GetUser",
                "Resource": "arn:aws:iam::*:user/${aws:username}",
            }
        ],
    }
)


def code_of(call: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def li(server: LiveServer, root_key: Key) -> Any:
    """A user with a key that may read itself; gone after the test."""
    iam = server.client("iam", root_key)
    iam.create_user(UserName="Li")
    iam.put_user_policy(UserName="Li", PolicyName="self", PolicyDocument=READ_SELF)
    made = iam.create_access_key(UserName="Li")["AccessKey"]
    yield Key(made["AccessKeyId"], made["SecretAccessKey"])
    iam.delete_user_policy(UserName="Li", PolicyName="self")
    iam.delete_access_key(UserName="Li", AccessKeyId=made["AccessKeyId"])
    iam.delete_user(UserName="Li")


def test_boto3_is_the_user_whose_key_it_signs_with(server: LiveServer, li: Key) -> None:
    assert server.client("sts", li).get_caller_identity()["Arn"].endswith(":user/Li")
    assert server.client("iam", li).get_user()["User"]["UserName"] == "Li"


def test_boto3_is_refused_what_no_policy_allows(server: LiveServer, li: Key) -> None:
    iam = server.client("iam", li)
    assert code_of(lambda: iam.create_user(UserName="Mallory")) == "AccessDenied"
    assert code_of(lambda: iam.get_user(UserName="Nobody")) == "AccessDenied"


def test_a_deactivated_key_is_refused_by_the_very_next_call_of_every_worker(
    server: LiveServer, root_key: Key, li: Key
) -> None:
    iam, sts = server.client("iam", root_key), [server.client("sts", li) for _ in range(8)]
    for client in sts:
        client.get_caller_identity()
    iam.update_access_key(UserName="Li", AccessKeyId=li.id, Status="Inactive")
    assert {code_of(client.get_caller_identity) for client in sts} == {"InvalidClientTokenId"}
    iam.update_access_key(UserName="Li", AccessKeyId=li.id, Status="Active")
    for client in sts:
        client.get_caller_identity()


def test_a_removed_policy_no_longer_allows_the_very_next_call(
    server: LiveServer, root_key: Key, li: Key
) -> None:
    iam, own = server.client("iam", root_key), [server.client("iam", li) for _ in range(8)]
    for client in own:
        client.get_user()
    iam.put_user_policy(
        UserName="Li",
        PolicyName="self",
        PolicyDocument=READ_SELF.replace("Allow", "Deny"),
    )
    assert {code_of(client.get_user) for client in own} == {"AccessDenied"}


def test_a_wrong_secret_is_a_signature_that_does_not_match(server: LiveServer, li: Key) -> None:
    wrong = Key(li.id, li.secret[:-1] + ("a" if li.secret[-1] != "a" else "b"))
    assert code_of(server.client("sts", wrong).get_caller_identity) == "SignatureDoesNotMatch"


def test_a_presigned_get_is_answered(server: LiveServer, li: Key) -> None:
    url = server.client("sts", li).generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(url) as answer:
        assert b":user/Li</Arn>" in answer.read()


def test_a_presigned_get_for_another_action_is_refused(server: LiveServer, li: Key) -> None:
    url = server.client("sts", li).generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url.replace("GetCallerIdentity", "GetSessionToken"))
    assert refused.value.code == 403
    assert b"SignatureDoesNotMatch" in refused.value.read()


def test_pages_of_a_list_come_one_after_the_other(server: LiveServer, root_key: Key) -> None:
    iam = server.client("iam", root_key)
    names = [f"paged{number}" for number in range(5)]
    for name in names:
        iam.create_user(UserName=name, Path="/paged/")
    pages = iam.get_paginator("list_users").paginate(
        PathPrefix="/paged/", PaginationConfig={"PageSize": 2}
    )
    assert [user["UserName"] for page in pages for user in page["Users"]] == names


def test_the_command_line_says_who_it_is(server: LiveServer, li: Key) -> None:
    answer = started(server, li, "sts", "get-caller-identity")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["Arn"].endswith(":user/Li")


def test_the_command_line_makes_a_user_with_a_key_and_removes_them(
    server: LiveServer, root_key: Key
) -> None:
    made = json.loads(aws(server, root_key, "iam", "create-user", "--user-name", "Cli").stdout)
    assert made["User"]["Arn"].endswith(":user/Cli")
    key = json.loads(aws(server, root_key, "iam", "create-access-key", "--user-name", "Cli").stdout)
    key_id = key["AccessKey"]["AccessKeyId"]
    for arguments in (
        ["delete-access-key", "--user-name", "Cli", "--access-key-id", key_id],
        ["delete-user", "--user-name", "Cli"],
    ):
        assert aws(server, root_key, "iam", *arguments).returncode == 0


def test_the_command_line_shows_a_denial_in_awss_words(server: LiveServer, li: Key) -> None:
    answer = aws(server, li, "iam", "list-users")
    assert answer.returncode != 0
    assert "An error occurred (AccessDenied) when calling the ListUsers operation" in answer.stderr
    assert "is not authorized to perform: iam:ListUsers on resource" in answer.stderr


def test_the_command_line_decodes_the_message_that_boto3_got(
    server: LiveServer, root_key: Key, li: Key
) -> None:
    with pytest.raises(ClientError) as caught:
        server.client("iam", li).list_users()
    encoded = caught.value.response["Error"]["EncodedMessage"]  # type: ignore[typeddict-item]  # ours
    asked = ["sts", "decode-authorization-message", "--encoded-message", encoded]
    answer = json.loads(aws(server, root_key, *asked).stdout)
    decoded = json.loads(answer["DecodedMessage"])
    assert decoded["context"]["action"] == "iam:ListUsers"
    assert aws(server, li, *asked).returncode != 0
