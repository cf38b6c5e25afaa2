"""Tags of users: the key keeps its spelling and is unique whatever the case."""

from __future__ import annotations

from typing import Any

from django.db import models

from identity.models.prepared import Prepared
from identity.models.user import User, folded


class UserTag(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tags")
    key = models.CharField(max_length=128)
    key_folded = models.CharField(max_length=256)
    value = models.CharField(max_length=256, blank=True)

    class Meta:
        ordering = ["key_folded"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key_folded"], name="tag_key_once_on_a_user"),
        ]
        indexes = [models.Index(fields=["key_folded", "value", "user"], name="user_by_tag")]

    @staticmethod
    def of_user(user_id: int) -> list[UserTag]:
        """A user's tags in the order of their keys; in one prepared query."""
        return _of_user.rows(user_id)

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key_folded = folded(self.key)
        super().save(*args, **kwargs)

    def describe(self) -> dict[str, str]:
        return {"Key": self.key, "Value": self.value}


_of_user = Prepared(
    lambda user_id: UserTag.objects.filter(user_id=user_id).order_by("key_folded"), 1
)
