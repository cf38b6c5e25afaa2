"""Access findings: what looks wider than it should, and the rules that file some of them away."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.models.account import Account


class Kind(models.TextChoices):
    """What a finding is about; the values are kept."""

    EXTERNAL = "external", _("Outside access")
    ESCALATION = "escalation", _("Escalation path")
    UNUSED_ROLE = "unused-role", _("Unused role")
    UNUSED_KEY = "unused-key", _("Unused access key")
    UNUSED_PASSWORD = "unused-password", _("Unused password")
    UNUSED_PERMISSIONS = "unused-permissions", _("Unused permissions")


class Status(models.TextChoices):
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")
    RESOLVED = "resolved", _("Resolved")


class FindingQuerySet(models.QuerySet["Finding"]):
    def active(self) -> Self:
        return self.filter(status=Status.ACTIVE)


class Finding(models.Model):
    """`key` tells one finding of an account from another, whenever it is looked for again.

    `about` is the name of the user or role, `principal` who is let in or the target that can be
    reached, `condition` and `access` are told in the words of policies.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    resource = models.CharField(max_length=2048)
    about = models.CharField(max_length=128)
    principal = models.CharField(max_length=2048, blank=True)
    condition = models.TextField(blank=True)
    access = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="finding_once_an_account"),
        ]
        indexes = [
            models.Index(fields=["account", "status", "-id"], name="finding_by_status"),
            models.Index(fields=["account", "status", "kind", "-id"], name="finding_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.resource}"


class ArchiveRule(models.Model):
    """Findings of this kind, resource and principal are archived as soon as they are found.

    What is left empty fits everything; a resource fits by its beginning.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=24, blank=True)
    resource = models.CharField(max_length=2048, blank=True)
    principal = models.CharField(max_length=2048, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="archive_rule_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def fits(self, finding: Finding) -> bool:
        return (
            self.kind in ("", finding.kind)
            and finding.resource.startswith(self.resource)
            and self.principal in ("", finding.principal)
        )


class FindingScan(models.Model):
    """When an account was looked through last, and when that was begun on schedule."""

    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, default=None)
    begun_at = models.DateTimeField(null=True, default=None)

    def __str__(self) -> str:
        return f"{self.account_id} at {self.finished_at}"
