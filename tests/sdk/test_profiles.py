"""The AWS command line's own ways to a role: profiles of ~/.aws/config, nothing else changed."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.signers import RequestSigner

from tests.authenticator import Authenticator
from tests.aws_cli import AWS
from tests.credentials import Key
from tests.live_server import LiveServer
from tests.sdk.raw import post


def document(principal: str = "", **more: Any) -> str:
    """A trust policy for the principal, otherwise what lets somebody assume roles."""
    who: dict[str, Any] = {"Principal": {"AWS": principal}} if principal else {"Resource": "*"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", **who, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Workstation:
    """A home directory with the configuration of Li, who may assume roles and has a device."""

    def __init__(self, server: LiveServer, root_key: Key, home: Path) -> None:
        self.server, self.home = server, home
        iam = server.client("iam", root_key)
        self.account = server.client("sts", root_key).get_caller_identity()["Account"]
        iam.create_user(UserName="Li")
        iam.put_user_policy(UserName="Li", PolicyName="may", PolicyDocument=document())
        made = iam.create_access_key(UserName="Li")["AccessKey"]
        self.key = Key(made["AccessKeyId"], made["SecretAccessKey"])
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
        seed = device["Base32StringSeed"].decode()
        self.phone = Authenticator(device["SerialNumber"], seed)
        pair = self.phone.pair()
        iam.enable_mfa_device(UserName="Li", SerialNumber=device["SerialNumber"], **pair)
        self._make_roles(iam)
        self._write_config()

    def _make_roles(self, iam: Any) -> None:
        mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        vendor = {"StringEquals": {"sts:ExternalId": "k9-north"}}
        first = f"arn:aws:iam::{self.account}:role/first"
        for name, trust in {
            "first": document(self.account, Condition=vendor),
            "guarded": document(self.account, Condition=mfa),
        }.items():
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
        iam.put_role_policy(RoleName="first", PolicyName="may", PolicyDocument=document())
        iam.create_role(RoleName="second", AssumeRolePolicyDocument=document(first))

    def _write_config(self) -> None:
        told = {"Version": 1, "AccessKeyId": self.key.id, "SecretAccessKey": self.key.secret}
        (self.home / "key.json").write_text(json.dumps(told))
        arn = f"arn:aws:iam::{self.account}:role"
        (self.home / "config").write_text(
            f"""
[profile li]
credential_process = cat {self.home / "key.json"}
[profile first]
source_profile = li
role_arn = {arn}/first
role_session_name = deploying
external_id = k9-north
duration_seconds = 7200
[profile second]
source_profile = first
role_arn = {arn}/second
[profile guarded]
source_profile = li
role_arn = {arn}/guarded
mfa_serial = {self.phone.serial_number}
[profile stranger]
source_profile = li
role_arn = {arn}/first
external_id = k9-south
"""
        )

    def aws(self, profile: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`aws sts get-caller-identity` with this profile; without a terminal to ask on."""
        own = {
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_CONFIG_FILE": str(self.home / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(self.home),
        }
        return subprocess.run(
            [str(AWS), "--profile", profile, "--output", "json", "sts", "get-caller-identity"],
            env={**self.server.environment, **own},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )

    def arn(self, profile: str, stdin: str = "") -> str:
        answer = self.aws(profile, stdin)
        assert answer.returncode == 0, answer.stderr
        return str(json.loads(answer.stdout)["Arn"])


@pytest.fixture(scope="module")
def workstation(
    server: LiveServer, root_key: Key, tmp_path_factory: pytest.TempPathFactory
) -> Workstation:
    return Workstation(server, root_key, tmp_path_factory.mktemp("home"))


def test_a_credential_process_gives_the_users_key(workstation: Workstation) -> None:
    assert workstation.arn("li").endswith(":user/Li")


def test_a_profile_assumes_its_role_with_name_external_id_and_duration(
    workstation: Workstation,
) -> None:
    assert workstation.arn("first").endswith(":assumed-role/first/deploying")


def test_a_wrong_external_id_is_refused_in_awss_words(workstation: Workstation) -> None:
    answer = workstation.aws("stranger")
    assert answer.returncode != 0
    assert "(AccessDenied) when calling the AssumeRole operation" in answer.stderr


def test_profiles_chain_from_role_to_role(workstation: Workstation) -> None:
    assert ":assumed-role/second/botocore-session-" in workstation.arn("second")


def test_a_code_is_asked_for_and_opens_the_role_that_demands_mfa(workstation: Workstation) -> None:
    refused = workstation.aws("guarded", "000000\n")
    assert "MultiFactorAuthentication failed with invalid MFA one time pass code" in refused.stderr
    code = workstation.phone.code(1)
    assert ":assumed-role/guarded/" in workstation.arn("guarded", f"{code}\n")


# --- GetCallerIdentity as a proof of identity for others ------------------------------------------


def eks_url(server: LiveServer, key: Key, cluster: str) -> str:
    """What `aws eks get-token` signs: a GET for 60 seconds that is bound to a cluster."""
    session = Session()
    session.set_credentials(key.id, key.secret, key.token)
    credentials: Any = session.get_credentials()
    sts = session.get_service_model("sts")
    emitter = session.get_component("event_emitter")
    signer = RequestSigner(sts.service_id, "us-east-1", "sts", "v4", credentials, emitter)
    asked = {
        "method": "GET",
        "url": f"{server.url}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    return str(signer.generate_presigned_url(asked, "GetCallerIdentity", 60, "us-east-1"))


def ask(url: str, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def session_key(workstation: Workstation) -> Key:
    sts = workstation.server.client("sts", workstation.key)
    asked = {"RoleArn": f"arn:aws:iam::{workstation.account}:role/first", "ExternalId": "k9-north"}
    given = sts.assume_role(RoleSessionName="node", **asked)["Credentials"]
    return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


@pytest.mark.parametrize("who", ["user/Li", "assumed-role/first/node"])
def test_a_cluster_learns_who_signed_the_url_it_was_given(
    workstation: Workstation, who: str
) -> None:
    key = workstation.key if who == "user/Li" else session_key(workstation)
    url = eks_url(workstation.server, key, "prod")
    status, body = ask(url, **{"x-k8s-aws-id": "prod"})
    assert (status, f":{who}</Arn>" in body) == (200, True)
    for other in ({}, {"x-k8s-aws-id": "test"}):
        assert ask(url, **other)[0] == 403
    assert ask(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))[0] == 403


def test_a_vault_replays_the_post_that_a_client_signed(workstation: Workstation) -> None:
    """Vault's IAM method gets headers and body of a signed request, and sends them itself."""
    key = session_key(workstation)
    sts = workstation.server.client("sts", key)
    sent = []
    sts.meta.events.register("before-send.sts", lambda request, **_: sent.append(request))
    sts.meta.events.register(
        "before-sign.sts",
        lambda request, **_: request.headers.add_header("X-Vault-AWS-IAM-Server-ID", "vault.test"),
    )
    sts.get_caller_identity()
    headers = {name: _text(value) for name, value in sent[0].headers.items()}
    replayed = post(workstation.server, headers, sent[0].body.encode())
    assert b":assumed-role/first/node</Arn>" in replayed.body
    headers["X-Vault-AWS-IAM-Server-ID"] = "other.test"
    assert post(workstation.server, headers, sent[0].body.encode()).status == 403


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
