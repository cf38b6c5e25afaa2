"""Inline policies: documents that belong to one user, group or role and go with it."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from identity.models.group import Group
from identity.models.prepared_writes import Inserted
from identity.models.role import Role
from identity.models.user import User, folded

Row = TypeVar("Row", bound=models.Model, covariant=True)


class InlinePolicyQuerySet(models.QuerySet[Row]):
    def named(self, name: str) -> Self:
        return self.filter(name_folded=folded(name))


class InlinePolicy(Inserted):
    """Its name is unique in its holder whatever the case."""

    name = models.CharField(max_length=128)
    name_folded = models.CharField(max_length=128)
    document = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)
        super().save(*args, **kwargs)


class UserPolicyQuerySet(InlinePolicyQuerySet["UserPolicy"]):
    pass


class UserPolicy(InlinePolicy):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="policies")

    objects = UserPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name_folded"], name="inline_policy_name_once_in_a_user"
            ),
        ]


class GroupPolicyQuerySet(InlinePolicyQuerySet["GroupPolicy"]):
    pass


class GroupPolicy(InlinePolicy):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="policies")

    objects = GroupPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name_folded"], name="inline_policy_name_once_in_a_group"
            ),
        ]


class RolePolicyQuerySet(InlinePolicyQuerySet["RolePolicy"]):
    pass


class RolePolicy(InlinePolicy):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="policies")

    objects = RolePolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["role", "name_folded"], name="inline_policy_name_once_in_a_role"
            ),
        ]
