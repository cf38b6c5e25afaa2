"""When each principal last tried each action, and the reports that are made of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from identity.models.account import Account
from identity.models.role import RoleQuerySet
from identity.models.user import UserQuerySet

TRACKED = timedelta(days=400)
"""How far back reports look; what is older is pruned."""


class LastAccessQuerySet(models.QuerySet["LastAccess"]):
    def by(self, users: UserQuerySet, roles: RoleQuerySet, now: datetime) -> Self:
        """The attempts of these principals within the tracked period."""
        principals = Q(principal__in=users.values("unique_id")) | Q(
            principal__in=roles.values("unique_id")
        )
        return self.filter(principals, time__gte=now - TRACKED)


class LastAccess(models.Model):
    """The last attempt at an action, allowed or refused; `principal` is the unique ID of a user or
    of the role of a session. Written by identity/last_access.py alone."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    principal = models.CharField(max_length=128)
    service = models.CharField(max_length=64)
    action = models.CharField(max_length=128)
    region = models.CharField(max_length=64)
    time = models.DateTimeField(db_index=True)

    objects = LastAccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "service", "action"], name="last_access_once_for_an_action"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.principal}: {self.service}:{self.action}"


class AccessReport(models.Model):
    """A job of GenerateServiceLastAccessedDetails, made as soon as it was asked for.

    `requester` is the unique ID of who may read it; `services` is `ServicesLastAccessed` with times
    in ISO 8601.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    requester = models.CharField(max_length=128)
    arn = models.CharField(max_length=2048)
    granularity = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    services = models.JSONField()

    def __str__(self) -> str:
        return str(self.id)
