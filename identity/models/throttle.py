"""How often something was tried: counted before it is checked, so parallel guesses count too."""

from __future__ import annotations

from django.db import models


class ThrottleBucket(models.Model):
    """`count` attempts under `key` since `since`; `key` is a keyed hash, never a typed name."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
