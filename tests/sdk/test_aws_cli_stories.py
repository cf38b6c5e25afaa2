"""The AWS command line as people use it: groups, policies, roles, reports, pages and waiters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.aws_cli import aws
from tests.factories import Key, make_document
from tests.live_server import LiveServer

Told = Callable[..., Any]
READ_USERS = make_document([{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
LIST_TOO = make_document(
    [{"Effect": "Allow", "Action": ["iam:GetUser", "iam:ListUsers"], "Resource": "*"}]
)


@pytest.fixture(scope="module")
def run(server: LiveServer, root_key: Key) -> Told:
    """What a command prints, read; it must succeed."""

    def told(service: str, line: str, *more: str, key: Key = root_key) -> Any:
        answer = aws(server, key, service, *line.split(), *more)
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout) if answer.stdout.strip() else None

    return told


def key_of(run: Told, name: str) -> Key:
    made = run("iam", f"create-access-key --user-name {name}")["AccessKey"]
    return Key(made["AccessKeyId"], made["SecretAccessKey"])


def refused(server: LiveServer, key: Key, *arguments: str) -> str:
    answer = aws(server, key, *arguments)
    assert answer.returncode != 0
    return answer.stderr


def test_a_member_may_what_a_policy_of_the_group_allows(
    server: LiveServer, run: Told, tmp_path: Path
) -> None:
    document = tmp_path / "policy.json"
    document.write_text(READ_USERS)
    run("iam", "create-user --user-name member")
    run("iam", "create-group --group-name readers")
    policy = run(
        "iam",
        f"create-policy --policy-name read --tags Key=team,Value=red "
        f"--policy-document file://{document}",
    )["Policy"]
    key = key_of(run, "member")
    assert "AccessDenied" in refused(server, key, "iam", "get-user")

    run("iam", f"attach-group-policy --group-name readers --policy-arn {policy['Arn']}")
    run("iam", "add-user-to-group --group-name readers --user-name member")
    assert run("iam", "get-user", key=key)["User"]["UserName"] == "member"
    assert "iam:ListUsers" in refused(server, key, "iam", "list-users")

    document.write_text(LIST_TOO)
    run(
        "iam",
        f"create-policy-version --policy-arn {policy['Arn']} --set-as-default "
        f"--policy-document file://{document}",
    )
    assert run("iam", "list-users --query Users[].UserName", key=key) == ["member"]

    run("iam", f"set-default-policy-version --policy-arn {policy['Arn']} --version-id v1")
    refused(server, key, "iam", "list-users")
    _cap(server, run, key, _arn(policy, "user/member"))


def _cap(server: LiveServer, run: Told, key: Key, member: str) -> None:
    """Under a boundary neither what the group allows nor what the boundary does is allowed."""
    boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    run(
        "iam",
        "put-user-permissions-boundary --user-name member",
        "--permissions-boundary",
        boundary,
    )
    assert "permissions boundary" in refused(server, key, "iam", "get-user")
    simulated = run(
        "iam",
        f"simulate-principal-policy --policy-source-arn {member}",
        *("--action-names", "iam:GetUser", "s3:GetObject"),
        *("--query", "EvaluationResults[].EvalDecision"),
    )
    assert simulated == ["implicitDeny", "implicitDeny"]


def _arn(policy: dict[str, str], rest: str) -> str:
    return policy["Arn"].rpartition(":")[0] + ":" + rest


def test_a_role_is_made_assumed_and_read(server: LiveServer, run: Told) -> None:
    made = run("iam", "create-user --user-name deployer")["User"]
    key, account = key_of(run, "deployer"), made["Arn"].split(":")[4]
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": made["Arn"]}}
    trust = make_document([trusted])
    role = run("iam", "create-role --role-name deploy --assume-role-policy-document", trust)["Role"]
    assert role["AssumeRolePolicyDocument"] == json.loads(trust)
    run("iam", "put-role-policy --role-name deploy --policy-name own --policy-document", READ_USERS)
    run("iam", "wait role-exists --role-name deploy")

    assume = f"assume-role --role-arn {role['Arn']} --role-session-name work"
    session = run("sts", assume, key=key)
    given = session["Credentials"]
    temporary = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    client = server.client("iam", temporary)
    assert client.get_user(UserName="deployer")["User"]["Arn"] == made["Arn"]
    assert session["AssumedRoleUser"]["Arn"].endswith(f"{account}:assumed-role/deploy/work")

    details = run("iam", "get-account-authorization-details --filter Role")
    assert [one["RoleName"] for one in details["RoleDetailList"]] == ["deploy"]
    assert details["UserDetailList"] == details["Policies"] == []


def test_pages_and_waiters(server: LiveServer, run: Told, root_key: Key) -> None:
    iam = server.client("iam", root_key)
    names = [f"paged{number}" for number in range(7)]
    for name in names:
        iam.create_user(UserName=name, Path="/paged/")
    query = "list-users --path-prefix /paged/ --query Users[].UserName"
    assert run("iam", f"{query} --page-size 3") == names
    first = run("iam", "list-users --path-prefix /paged/ --max-items 3")
    assert [user["UserName"] for user in first["Users"]] == names[:3]
    rest = run("iam", query, "--starting-token", first["NextToken"])
    assert rest == names[3:]

    iam.create_instance_profile(InstanceProfileName="web")
    policy = iam.create_policy(PolicyName="waited", PolicyDocument=READ_USERS)["Policy"]
    run("iam", "wait user-exists --user-name paged0")
    run("iam", "wait instance-profile-exists --instance-profile-name web")
    run("iam", f"wait policy-exists --policy-arn {policy['Arn']}")
