"""The account: the wall that nothing crosses, and the counters that spare counting rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F
from django.utils import timezone

from identity import arns, identifiers

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from identity.models.user import User, UserQuerySet


class AccountQuerySet(models.QuerySet["Account"]):
    def at(self, id_or_alias: str) -> Self:
        """The account with this 12-digit ID (dashes allowed) or this alias (any case)."""
        digits = id_or_alias.strip().replace("-", "")
        if len(digits) == 12 and digits.isascii() and digits.isdigit():
            return self.filter(id=digits)
        return self.filter(alias=id_or_alias.strip().lower())

    def locked(self) -> Self:
        """Rows locked to the end of the transaction (SQLite's whole file is, by then)."""
        return self.select_for_update()


class Account(models.Model):
    id = models.CharField(max_length=12, primary_key=True, default=identifiers.account_id)
    name = models.CharField(max_length=50)
    alias = models.CharField(max_length=63, unique=True, null=True, default=None)
    created_at = models.DateTimeField(default=timezone.now)
    # Kept in the same transaction as what they count: a total never costs a scan.
    user_count = models.PositiveIntegerField(default=0)
    mfa_device_count = models.PositiveIntegerField(default=0)
    mfa_device_in_use_count = models.PositiveIntegerField(default=0)
    group_count = models.PositiveIntegerField(default=0)
    role_count = models.PositiveIntegerField(default=0)
    instance_profile_count = models.PositiveIntegerField(default=0)
    policy_count = models.PositiveIntegerField(default=0)
    server_certificate_count = models.PositiveIntegerField(default=0)
    # Of SetSecurityTokenServicePreferences: 1 or 2.
    global_endpoint_token_version = models.PositiveSmallIntegerField(default=1)

    objects = AccountQuerySet.as_manager()

    if TYPE_CHECKING:
        users: RelatedManager[User]

    def __str__(self) -> str:
        return self.alias or self.id

    @property
    def root_arn(self) -> str:
        return arns.root(self.id)

    @property
    def root(self) -> User:
        return self.users.get(is_root=True)

    @property
    def iam_users(self) -> UserQuerySet:
        """The account's IAM users: everyone but root."""
        users: UserQuerySet = self.users.filter(is_root=False)  # type: ignore[assignment]  # the manager is made from UserQuerySet
        return users

    def count(self, **changes: int) -> None:
        """Add to counters, for example `account.count(user_count=1)`, inside the transaction."""
        Account.objects.filter(pk=self.pk).update(
            **{name: F(name) + change for name, change in changes.items()}
        )
