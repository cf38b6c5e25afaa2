"""`manage.py load_demo`: one account with two people and four workloads, to look around in.

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
ADMINISTRATOR = {"Effect": "Allow", "Action": "*", "Resource": "*"}


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
    lines += [f"{name:<16} {_person(account, name)}" for name in PEOPLE]
    lines += [f"{name:<16} {_workload(account, name)}" for name in WORKLOADS]
    return "\n".join(lines)


def _person(account: Account, name: str) -> str:
    iam, password = operator.root_client(account), _password()
    iam.create_user(UserName=name, Tags=[{"Key": "kind", "Value": "person"}])
    iam.create_login_profile(UserName=name, Password=password)
    iam.put_user_policy(UserName=name, PolicyName="Admins", PolicyDocument=_document(ADMINISTRATOR))
    return password


def _workload(account: Account, name: str) -> str:
    """A user that may read about itself and nothing else, with an access key."""
    iam = operator.root_client(account)
    arn = iam.create_user(UserName=name, Tags=[{"Key": "kind", "Value": "workload"}])["User"]["Arn"]
    itself = {
        "Effect": "Allow",
        "Action": ["iam:GetUser", "iam:ListAccessKeys", "iam:ListUserTags"],
        "Resource": arn,
    }
    iam.put_user_policy(UserName=name, PolicyName="Itself", PolicyDocument=_document(itself))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return f"{key['AccessKeyId']}  {key['SecretAccessKey']}"


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _free_alias() -> str | None:
    return None if Account.objects.at("example").exists() else "example"


def _password() -> str:
    """Random (108 bits), with all four classes of characters."""
    return f"{secrets.token_urlsafe(18)}-7aA"
