"""What an account asks of console sessions, and what the calls of a month were."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from django.conf import settings
from django.db import models

from identity.models.account import Account


class ConsoleSettings(models.Model):
    """Of accounts that have changed any; None is the setting of the installation.

    `networks` are those from which users may sign in, all when empty; the root user is not bound
    by them. `billing_open` lets users and roles see billing as far as their policies go.
    """

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="console_settings"
    )
    session_minutes = models.PositiveSmallIntegerField(null=True, default=None)
    idle_minutes = models.PositiveSmallIntegerField(null=True, default=None)
    networks = models.JSONField(default=list)
    message = models.CharField(max_length=500, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    require_mfa = models.BooleanField(default=False)
    billing_open = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"console settings of {self.account_id}"

    @staticmethod
    def of(account: Account) -> ConsoleSettings:
        """Those of the account; the row is read with the account, or is not there."""
        try:
            return account.console_settings
        except ConsoleSettings.DoesNotExist:
            return ConsoleSettings(account=account)

    def lets_in(self, source_ip: str, *, is_root: bool) -> bool:
        """Whether the account takes console sessions from this address."""
        if is_root or not self.networks:
            return True
        address = ipaddress.ip_address(source_ip)
        return any(address in ipaddress.ip_network(network) for network in self.networks)

    @property
    def help_from(self) -> str:
        """Whom the account's people ask."""
        return self.contact or str(settings.CONTACT)

    @property
    def session_length(self) -> timedelta:
        most = timedelta(seconds=settings.SESSION_SECONDS)
        return min(most, timedelta(minutes=self.session_minutes)) if self.session_minutes else most

    @property
    def idle_limit(self) -> timedelta:
        most = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        return min(most, timedelta(minutes=self.idle_minutes)) if self.idle_minutes else most


class Usage(models.Model):
    """How many calls of one kind an account made in a month (`2026-11`), counted as they are moved
    from the journal; changes are in the audit log, and counted there."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    month = models.CharField(max_length=7)
    reads = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "month"], name="usage_once_in_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.month}: {self.reads}"
