"""Rows for tests, made in one line each."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from identity import identifiers, user_status, vault
from identity.models import (
    AccessKey,
    Account,
    Group,
    LoginProfile,
    ManagedPolicy,
    Membership,
    PolicyUsage,
    Role,
    User,
)
from identity.models.policy import InlinePolicy
from tests.credentials import PASSWORD as PASSWORD
from tests.credentials import Key as Key

# Hashed once: Argon2id takes longer than most tests.
hashed = lru_cache(make_password)

ADMINISTRATOR = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def make_account(name: str = "Example", email: str = "root@example.test", **more: Any) -> Account:
    """An account with its root user, whose password is PASSWORD."""
    account = Account.objects.create(name=name, **more)
    User.objects.create(
        account=account,
        unique_id=account.id,
        is_root=True,
        email=email,
        password=hashed(PASSWORD),
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


def make_policy(
    holder: User | Group | Role, name: str, statements: list[dict[str, Any]]
) -> InlinePolicy:
    """An inline policy of a user, a group or a role."""
    document = make_document(statements)
    policy: InlinePolicy = holder.policies.create(name=name, document=document)
    return policy


def make_document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def make_group(account: Account, name: str, *members: User, path: str = "/") -> Group:
    group = Group.objects.create(account=account, name=name, path=path)
    account.count(group_count=1)
    for user in members:
        Membership.objects.create(group=group, user=user)
    return group


def make_role(
    account: Account, name: str, *, trust: str = "", allow: Any = None, path: str = "/"
) -> Role:
    """A role that trusts its account unless `trust` says whom, as the text of a document."""
    role = Role.objects.create(
        account=account, name=name, path=path, trust_policy=trust or trusting(account.root_arn)
    )
    account.count(role_count=1)
    if allow:
        make_policy(role, "test", [{"Effect": "Allow", "Action": allow, "Resource": "*"}])
    return role


def trusting(principal: str) -> str:
    """A trust policy for one principal, by ARN or account."""
    trusted = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return make_document([trusted])


def make_managed_policy(
    account: Account | None, name: str, statements: list[dict[str, Any]], *, path: str = "/"
) -> ManagedPolicy:
    """A customer managed policy, or without an account a shipped one."""
    policy = ManagedPolicy.objects.create(
        account=account, name=name, path=path, unique_id=identifiers.unique_id("ANPA")
    )
    policy.default_version = policy.versions.create(document=make_document(statements))
    policy.save()
    if account:
        account.count(policy_count=1)
    return policy


def attach(holder: User | Group | Role, policy: ManagedPolicy) -> None:
    holder.attachments.create(policy=policy, account=holder.account)
    PolicyUsage.count(policy, holder.account, attachment_count=1)


def _refresh(user: User) -> None:
    with transaction.atomic():
        user_status.refresh(user.pk)


def make_login_profile(user: User, password: str = PASSWORD, *, reset: bool = False) -> User:
    user.password = hashed(password)
    user.password_changed_at = timezone.now()
    user.save()
    LoginProfile.objects.create(user=user, password_reset_required=reset)
    _refresh(user)
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
    _refresh(user)
    return Key(key_id, secret)
