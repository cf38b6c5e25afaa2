"""The console's own rows: secrets on their way to a page, forms that were sent, roles used."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from identity import arns
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


class UsedRole(models.Model):
    """A role that a user switched to in the console, under a name and colour of their own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role_arn = models.CharField(max_length=640)
    label = models.CharField(max_length=128)
    colour = models.CharField(max_length=16)
    pinned = models.BooleanField(default=False)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role_arn"], name="used_role_once_a_user"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def account_id(self) -> str:
        return arns.owner(self.role_arn)

    @property
    def path_and_name(self) -> str:
        """`staff/Auditor`, as the form takes it."""
        return self.role_arn.partition(":role/")[2]
