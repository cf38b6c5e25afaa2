"""Tags of users: the key keeps its spelling and is unique whatever the case."""

from __future__ import annotations

from typing import Any

from django.db import models

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

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key_folded = folded(self.key)
        super().save(*args, **kwargs)

    def describe(self) -> dict[str, str]:
        return {"Key": self.key, "Value": self.value}
