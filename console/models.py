"""The console's own rows: secrets on their way to a page, and forms that were sent."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from identity.models import User


class Handoff(models.Model):
    """A secret shown once, for ten minutes: sealed here, its key in a cookie, neither alone is
    enough (console/handoff.py)."""

    id = models.CharField(max_length=43, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.id


class SentForm(models.Model):
    """A rendered form that was sent: the same form sent twice leads to the first one's result."""

    token = models.CharField(max_length=43, primary_key=True)
    result = models.CharField(max_length=512, blank=True)
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.token
