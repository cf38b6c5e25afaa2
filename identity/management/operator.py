"""What the operator's commands share: finding an account, reading a password, failing in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management.base import CommandError

from identity.callers import Caller
from identity.errors import AwsError
from identity.facts import Facts
from identity.gateway import Client
from identity.models import Account, User

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@contextmanager
def in_words() -> Iterator[None]:
    """Turn a refusal into the command's own failure: one line on stderr and exit code 1."""
    try:
        yield
    except AwsError as problem:
        raise CommandError(problem.message) from problem


def account_with_id(account_id: str) -> Account:
    """The account with this ID or alias; CommandError when there is none."""
    account = Account.objects.at(account_id).first()
    if account is None:
        raise CommandError(f"no account `{account_id}`")
    return account


def account_with_email(email: str) -> Account:
    """The account whose root user has this e-mail address; CommandError when there is none."""
    root = User.objects.with_root_email(email).select_related("account").first()
    if root is None:
        raise CommandError(f"no account whose root user is `{email}`")
    return root.account


def root_client(account: Account) -> IAMClient:
    """An in-process IAM client that calls as the account's root user, through the one door."""
    client: IAMClient = Client(Caller(account.root), Facts(user_agent="manage.py"), "iam")  # type: ignore[assignment]  # boto3's verbs, answered in process
    return client


def password_from_stdin() -> str:
    """The first line of standard input; CommandError when it is empty."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CommandError("no password on standard input")
    return password


def sign_in_url(account: Account) -> str:
    """Where the account's IAM users sign in."""
    return f"{settings.BASE_URL}/sign-in/{account.alias or account.pk}"
