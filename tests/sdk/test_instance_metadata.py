"""`manage.py imds`: unmodified boto3 finds a role's credentials as it does on EC2."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.credentials import Key
from tests.live_server import PROJECT, LiveServer

TOKEN = "/latest/api/token"
ROLES = "/latest/meta-data/iam/security-credentials/"
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
HELD = "X-aws-ec2-metadata-token"


def trusting(service: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_profile(iam: Any, name: str, service: str = "ec2.amazonaws.com") -> None:
    iam.create_role(RoleName=name, Path="/ec2/", AssumeRolePolicyDocument=trusting(service))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


class Metadata:
    """A running `manage.py imds`."""

    def __init__(self, server: LiveServer, account: str, profile: str) -> None:
        self.process = subprocess.Popen(
            [
                *(sys.executable, "manage.py", "imds", "--account", account),
                *("--instance-profile", profile, "--port", "0"),
            ],
            cwd=PROJECT,
            env=server.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.endpoint = self.process.stdout.readline().strip().partition("=")[2]
        self.instance = self.process.stdout.readline().split()[1]

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.endpoint.partition("//")[2], timeout=20)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def token(self) -> dict[str, str]:
        return {HELD: self.ask("PUT", TOKEN, **{TTL: "60"})[1]}

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate()


@pytest.fixture(scope="module")
def account(root_key: Key, server: LiveServer) -> str:
    return str(server.client("sts", root_key).get_caller_identity()["Account"])


@pytest.fixture(scope="module")
def metadata(server: LiveServer, root_key: Key, account: str) -> Iterator[Metadata]:
    iam = server.client("iam", root_key)
    make_profile(iam, "web")
    policy = trusting("x").replace('"Principal": {"Service": "x"}', '"Resource": "*"')
    iam.put_role_policy(
        RoleName="web",
        PolicyName="list",
        PolicyDocument=policy.replace("sts:AssumeRole", "iam:ListUsers"),
    )
    running = Metadata(server, account, "web")
    yield running
    running.stop()


def test_boto3_is_the_role_of_the_instance_profile(
    server: LiveServer, metadata: Metadata, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.endpoint)
    monkeypatch.setenv("AWS_EC2_METADATA_V1_DISABLED", "true")
    session = boto3.session.Session()
    held = session.get_credentials()
    assert held is not None
    assert held.method == "iam-role"
    once = Config(retries={"total_max_attempts": 1})
    place: Any = {"endpoint_url": server.url, "region_name": "us-east-1", "config": once}
    who = session.client("sts", **place).get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::{account}:assumed-role/web/{metadata.instance}"
    iam = session.client("iam", **place)
    assert iam.list_users()
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.list_roles()


def test_the_same_credentials_are_told_until_they_are_ended(
    server: LiveServer, metadata: Metadata, account: str
) -> None:
    def told() -> dict[str, str]:
        found: dict[str, str] = json.loads(
            metadata.ask("GET", f"{ROLES}web", **metadata.token())[1]
        )
        return found

    first = told()
    assert set(first) == {
        *("Code", "LastUpdated", "Type", "AccessKeyId", "SecretAccessKey", "Token", "Expiration")
    }
    assert told() == first
    server.manage("sessions", "end", account, "--id", first["AccessKeyId"])
    assert told()["AccessKeyId"] != first["AccessKeyId"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", TOKEN, {TTL: "21600"}, 200),
        ("PUT", TOKEN, {}, 400),
        ("PUT", TOKEN, {TTL: "0"}, 400),
        ("PUT", TOKEN, {TTL: "21601"}, 400),
        ("PUT", TOKEN, {TTL: "1e3"}, 400),
        ("PUT", TOKEN, {TTL: "60", "X-Forwarded-For": "192.0.2.7"}, 403),
        ("PUT", TOKEN, {TTL: "60", "Host": "rebound.test"}, 403),
        ("PUT", "/latest/api/other", {TTL: "60"}, 404),
        ("GET", ROLES, {}, 401),
        ("GET", ROLES, {HELD: "guessed"}, 401),
        ("GET", ROLES, {HELD: ""}, 401),
        ("POST", TOKEN, {TTL: "60"}, 501),
    ],
)
def test_version_1_proxies_and_other_hosts_are_refused(
    metadata: Metadata, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert metadata.ask(method, path, **headers)[0] == status


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (ROLES, 200),
        (f"{ROLES}web", 200),
        ("/latest/meta-data/iam/info", 200),
        ("/latest/meta-data/instance-id", 200),
        (f"{ROLES}other", 404),
        (f"{ROLES}../web", 404),
        ("/latest/user-data", 404),
        ("/", 404),
    ],
)
def test_with_a_token_there_is_what_sdks_ask_for(
    metadata: Metadata, path: str, status: int
) -> None:
    assert metadata.ask("GET", path, **metadata.token())[0] == status


def test_a_role_that_does_not_trust_ec2_gives_no_credentials(
    server: LiveServer, root_key: Key, account: str
) -> None:
    make_profile(server.client("iam", root_key), "batch", "lambda.amazonaws.com")
    metadata = Metadata(server, account, "batch")
    try:
        told = json.loads(metadata.ask("GET", f"{ROLES}batch", **metadata.token())[1])
    finally:
        metadata.stop()
    assert told["Code"] == "AssumeRoleUnauthorizedAccess"
    assert "SecretAccessKey" not in told


def test_it_listens_on_loopback_and_answers_travel_one_hop(metadata: Metadata) -> None:
    port = int(metadata.endpoint.rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert f"0100007F:{port:04X}" in listening
    assert f"00000000:{port:04X}" not in listening
