"""Quotas that the operator has set; what is not here is at its default (identity/quotas.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from identity.models.account import Account
from identity.models.prepared import Prepared


class Quota(models.Model):
    """The limit `name` of one account, or without an account of all that have none of their own."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="quotas", null=True, default=None
    )
    name = models.CharField(max_length=64)
    value = models.PositiveIntegerField()

    if TYPE_CHECKING:
        account_id: str | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="quota_once_in_an_account"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(account=None), name="quota_once_for_all_accounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"

    @staticmethod
    def set_for(account_id: str) -> dict[str, int]:
        """What is set for the account or for all, the account's own first; in one query."""
        rows = sorted(_set_for.rows(account_id), key=lambda quota: quota.account_id is not None)
        return {quota.name: quota.value for quota in rows}


_set_for = Prepared(
    lambda account_id: Quota.objects.filter(Q(account_id=account_id) | Q(account=None)),
    "123456789012",
)
