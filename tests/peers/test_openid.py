"""Programs come in by OpenID providers that nobody here wrote."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.credentials import Key
from tests.live_server import LiveServer
from tests.peers.id_tokens import id_token
from tests.peers.provider import OidcPeer


@pytest.fixture(scope="module")
def role(house: LiveServer, owner: tuple[str, Key], oidc_peer: OidcPeer) -> str:
    """ARN of a role that trusts the peer, for our client there."""
    iam = house.client("iam", owner[1])
    name = oidc_peer.issuer.removeprefix("https://")
    provider = f"arn:aws:iam::{owner[0]}:oidc-provider/{name}"
    known = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    if {"Arn": provider} not in known:
        iam.create_open_id_connect_provider(
            Url=oidc_peer.issuer, ClientIDList=[oidc_peer.client_id]
        )
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{name}:aud": oidc_peer.client_id}},
    }
    made: str = iam.create_role(
        RoleName=f"Of-{oidc_peer.name}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )["Role"]["Arn"]
    return made


@pytest.fixture(scope="module")
def token(house: LiveServer, oidc_peer: OidcPeer) -> str:
    return id_token(oidc_peer, f"{house.url}/sign-in/oidc/callback")


@pytest.fixture
def sts(house: LiveServer) -> Any:
    return boto3.client(
        "sts",
        endpoint_url=house.url,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )


def test_boto3_gets_credentials_for_the_token_of_a_peer(
    house: LiveServer, oidc_peer: OidcPeer, role: str, token: str, sts: Any
) -> None:
    answer = sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="alice", WebIdentityToken=token
    )
    assert answer["Audience"] == oidc_peer.client_id
    given = answer["Credentials"]
    key = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    who = house.client("sts", key).get_caller_identity()["Arn"]
    assert who.endswith(f":assumed-role/Of-{oidc_peer.name}/alice")


def test_the_token_of_a_peer_is_refused_when_a_letter_of_it_changes(
    role: str, token: str, sts: Any
) -> None:
    at = token.rindex(".") + 20
    other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    with pytest.raises(ClientError) as problem:
        sts.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="alice", WebIdentityToken=other
        )
    assert problem.value.response["Error"]["Code"] == "InvalidIdentityToken"
