"""`manage.py load_demo`: one account with two people and four workloads, to look around in.

The people are administrators through a group; the workloads may read about themselves through
another, and two of them are capped by a boundary. A role is there to be assumed with MFA.

Every credential is random. They are kept in `demo-credentials.txt` (0600) in the data directory,
so that a second run can show them again; there is no default password.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from identity import accounts
from identity.files import private_file
from identity.management import operator
from identity.models import Account, User

EMAIL = "root@example.com"
PEOPLE = ("Li", "Mateo")
WORKLOADS = ("DevApp1", "DevApp2", "TestApp1", "TestApp2")
ADMINISTRATORS, APPLICATIONS = "Administrators", "Applications"
BOUNDED = ("TestApp1", "TestApp2")
BUILT_IN = "arn:aws:iam::aws:policy/%s"


class Command(BaseCommand):
    help = "Load the demonstration account, once; prints its credentials."

    def handle(self, **options: Any) -> None:
        file: Path = settings.DATA_DIR / "demo-credentials.txt"
        if User.objects.with_root_email(EMAIL).exists():
            if not file.exists():
                raise CommandError(f"an account of `{EMAIL}` is here, and not made by load_demo")
        else:
            file.unlink(missing_ok=True)  # of an account that was deleted since
            with operator.in_words(), transaction.atomic():
                private_file(file, _load())
        self.stdout.write(private_file(file))


def _load() -> str:
    """Make everything; returns the credentials as lines of text."""
    password = _password()
    account = accounts.create(name="Example", email=EMAIL, password=password, alias=_free_alias())
    lines = [
        f"Account ID       {account.pk}",
        f"Root user        {EMAIL}  {password}",
        f"Users sign in at {operator.sign_in_url(account)}",
    ]
    boundary = _permissions(account)
    lines += [f"{name:<16} {_person(account, name)}" for name in PEOPLE]
    lines += [f"{name:<16} {_workload(account, name, boundary)}" for name in WORKLOADS]
    return "\n".join(lines)


def _permissions(account: Account) -> str:
    """Groups, policies and the role; returns the ARN of the policy that is to be a boundary."""
    iam = operator.root_client(account)
    for group, policy in (
        (ADMINISTRATORS, BUILT_IN % "AdministratorAccess"),
        (APPLICATIONS, _policy(account, "ReadItself", _itself(account))),
    ):
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    iam.create_role(
        RoleName="Auditor",
        Description="Reads what this account may do.",
        AssumeRolePolicyDocument=_document(_with_mfa(account)),
    )
    iam.attach_role_policy(RoleName="Auditor", PolicyArn=BUILT_IN % "SecurityAudit")
    reading = {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}
    return _policy(account, "OnlyReading", reading)


def _policy(account: Account, name: str, statement: dict[str, Any]) -> str:
    iam = operator.root_client(account)
    policy = iam.create_policy(PolicyName=name, PolicyDocument=_document(statement))
    return str(policy["Policy"]["Arn"])


def _itself(account: Account) -> dict[str, Any]:
    """Whoever has this may read about themselves, and about nobody else."""
    return {
        "Effect": "Allow",
        "Action": ["iam:GetUser", "iam:ListAccessKeys", "iam:ListUserTags"],
        "Resource": f"arn:aws:iam::{account.pk}:user/${{aws:username}}",
    }


def _with_mfa(account: Account) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": account.root_arn},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }


def _person(account: Account, name: str) -> str:
    iam, password = operator.root_client(account), _password()
    iam.create_user(UserName=name, Tags=[{"Key": "kind", "Value": "person"}])
    iam.create_login_profile(UserName=name, Password=password)
    iam.add_user_to_group(GroupName=ADMINISTRATORS, UserName=name)
    return password


def _workload(account: Account, name: str, boundary: str) -> str:
    """A user that may read about itself and nothing else, with an access key."""
    iam = operator.root_client(account)
    iam.create_user(UserName=name, Tags=[{"Key": "kind", "Value": "workload"}])
    iam.add_user_to_group(GroupName=APPLICATIONS, UserName=name)
    if name in BOUNDED:
        iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return f"{key['AccessKeyId']}  {key['SecretAccessKey']}"


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _free_alias() -> str | None:
    return None if Account.objects.at("example").exists() else "example"


def _password() -> str:
    """Random (108 bits), with all four classes of characters."""
    return f"{secrets.token_urlsafe(18)}-7aA"
