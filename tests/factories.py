"""Rows for tests, made in one line each."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from identity import identifiers, vault
from identity.models import AccessKey, Account, LoginProfile, User, UserPolicy
from tests.credentials import PASSWORD as PASSWORD
from tests.credentials import Key as Key

ADMINISTRATOR = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def make_account(name: str = "Example", email: str = "root@example.test", **more: Any) -> Account:
    """An account with its root user, whose password is PASSWORD."""
    account = Account.objects.create(name=name, **more)
    User.objects.create(
        account=account,
        unique_id=account.id,
        is_root=True,
        email=email,
        password=make_password(PASSWORD),
        password_changed_at=timezone.now(),
    )
    return account


def make_user(account: Account, name: str, *, allow: Any = None, path: str = "/") -> User:
    """An IAM user; `allow` is a list of actions allowed on everything, or statements."""
    user = User.objects.create(
        account=account, unique_id=identifiers.unique_id("AIDA"), name=name, path=path
    )
    account.count(user_count=1)
    if allow:
        statements = (
            allow
            if isinstance(allow[0], dict)
            else [{"Effect": "Allow", "Action": allow, "Resource": "*"}]
        )
        make_policy(user, "test", statements)
    return user


def make_policy(user: User, name: str, statements: list[dict[str, Any]]) -> UserPolicy:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return UserPolicy.objects.create(user=user, name=name, document=document)


def make_login_profile(user: User, password: str = PASSWORD, *, reset: bool = False) -> User:
    user.password = make_password(password)
    user.password_changed_at = timezone.now()
    user.save()
    LoginProfile.objects.create(user=user, password_reset_required=reset)
    return user


def make_key(user: User, *, active: bool = True) -> Key:
    key_id, secret = identifiers.access_key_id(), identifiers.secret_access_key()
    AccessKey.objects.create(
        id=key_id,
        user=user,
        slot=user.access_keys.count() + 1,
        active=active,
        sealed_secret=vault.seal(secret.encode(), f"access_key:{key_id}"),
    )
    return Key(key_id, secret)
