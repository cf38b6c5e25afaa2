"""The credential report of an account, as it was last made."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from identity.models.account import Account

LIFETIME = timedelta(hours=4)
"""How long a report is handed out, and none is made anew."""

_TAKES_AT_MOST = timedelta(minutes=2)


class CredentialReport(models.Model):
    """At most one an account. `started_at` is set while somebody makes it, `generated_at` once it
    is there; the content is compressed, for of 100,000 users it has tens of megabytes."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, related_name="credential_report"
    )
    started_at = models.DateTimeField(null=True, default=None)
    generated_at = models.DateTimeField(null=True, default=None)
    packed = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return f"credential report of {self.account_id}"

    def is_fresh(self, now: datetime) -> bool:
        return self.generated_at is not None and now - self.generated_at < LIFETIME

    def is_being_made(self, now: datetime) -> bool:
        """Whether somebody is at it; whoever takes longer than two minutes has died over it."""
        return self.started_at is not None and now - self.started_at < _TAKES_AT_MOST

    def claim(self, now: datetime) -> bool:
        """Begin to make it. True for exactly one of all who begin at once."""
        free = Q(started_at=None) | Q(started_at__lte=now - _TAKES_AT_MOST)
        claimed = CredentialReport.objects.filter(free, pk=self.pk).update(started_at=now)
        return claimed == 1

    def keep(self, content: bytes, now: datetime) -> None:
        """Store what was made, in the place of what was there."""
        self.packed = zlib.compress(content, level=1)
        self.generated_at, self.started_at = now, None
        self.save(update_fields=["packed", "generated_at", "started_at"])

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.packed)
