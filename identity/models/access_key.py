"""Long-term access keys: two a principal, the secret sealed by the vault."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from identity.models import last_use
from identity.models.account import Account
from identity.models.prepared import Prepared
from identity.models.user import User, whole_seconds


class AccessKey(models.Model):
    """A key is `Active` or `Inactive`; slots 1 and 2 make a third impossible, whoever races."""

    id = models.CharField(max_length=128, primary_key=True)
    # The owner's account, so that the keys of an account are ranked by an index.
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_keys")
    slot = models.PositiveSmallIntegerField()
    sealed_secret = models.BinaryField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    status_changed_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, default=None)
    last_used_service = models.CharField(max_length=64, default="N/A")
    last_used_region = models.CharField(max_length=64, default="N/A")
    last_used_from = models.CharField(max_length=45, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "slot"], name="one_access_key_in_a_slot"),
            models.CheckConstraint(condition=Q(slot__in=[1, 2]), name="two_access_key_slots"),
        ]
        indexes = [
            models.Index(
                fields=["account", "created_at", "id"],
                condition=Q(active=True),
                name="active_key_by_age",
            ),
            models.Index(
                fields=["account", "last_used_at", "created_at", "id"],
                condition=Q(active=True),
                name="active_key_by_last_use",
            ),
        ]

    if TYPE_CHECKING:
        account_id: str
        user_id: int

    def __str__(self) -> str:
        return self.id

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.account_id = self.user.account_id
        super().save(*args, **kwargs)

    @staticmethod
    def signing(key_id: str) -> AccessKey | None:
        """The key with its owner and account: all that a signed request must know, in one query."""
        return _signing.first(key_id)

    @property
    def status(self) -> str:
        return "Active" if self.active else "Inactive"

    def describe(self) -> dict[str, Any]:
        shown = {
            "AccessKeyId": self.id,
            "Status": self.status,
            "CreateDate": self.created_at,
        }
        return shown if self.user.is_root else {"UserName": self.user.name, **shown}

    def last_used(self) -> dict[str, Any]:
        """The `AccessKeyLastUsed` structure; without a date for a key that was never used."""
        used = {"ServiceName": self.last_used_service, "Region": self.last_used_region}
        return {"LastUsedDate": self.last_used_at, **used} if self.last_used_at else used

    def is_remembered(self, at: datetime) -> bool:
        """See `last_use`."""
        return last_use.is_remembered(self.last_used_at, at)

    def used(self, at: datetime, service: str, region: str, source_ip: str = "") -> None:
        """Remember this use, also as the user's last activity; at most one write a minute."""
        if self.is_remembered(at):
            return
        AccessKey.objects.filter(last_use.unseen(at), pk=self.pk).update(
            last_used_at=whole_seconds(at),
            last_used_service=service,
            last_used_region=region,
            last_used_from=source_ip,
        )
        User.objects.filter(pk=self.user_id, idle_since__lt=at).update(idle_since=at)


_signing = Prepared(
    lambda key_id: AccessKey.objects.filter(pk=key_id).select_related("user__account"), "AKIA"
)
