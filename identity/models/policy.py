"""Inline policies of users; groups, roles and managed policies join them here."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from identity.models.prepared import Prepared
from identity.models.user import User, folded


class UserPolicyQuerySet(models.QuerySet["UserPolicy"]):
    def named(self, name: str) -> Self:
        return self.filter(name_folded=folded(name))


class UserPolicy(models.Model):
    """A policy document inside a user; its name is unique there whatever the case."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="policies")
    name = models.CharField(max_length=128)
    name_folded = models.CharField(max_length=128)
    document = models.TextField()

    objects = UserPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name_folded"], name="inline_policy_name_once_in_a_user"
            ),
        ]

    @staticmethod
    def of_user(user_id: int) -> list[UserPolicy]:
        """A user's inline policies, for a decision; in one prepared query."""
        return _of_user.rows(user_id)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = folded(self.name)
        super().save(*args, **kwargs)


_of_user = Prepared(lambda user_id: UserPolicy.objects.filter(user_id=user_id), 1)
