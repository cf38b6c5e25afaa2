"""The audit log: one row per call and sign-in, in CloudTrail's record shape."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from identity.models.account import Account
from identity.models.prepared_writes import Inserted


class EventQuerySet(models.QuerySet["Event"]):
    def failed(self) -> Self:
        """Refused calls and sign-ins that did not succeed.

        Without parameters, as the partial index has it: SQLite would not recognise it otherwise.
        """
        condition = "identity_event.error_code > '' OR identity_event.error_message > ''"
        return self.filter(RawSQL(f"({condition})", (), BooleanField()))  # noqa: S611  # a constant

    def older_than(self, time: datetime, event_id: uuid.UUID) -> Self:
        """What follows this position in a list that has the newest first."""
        return self.filter(time__lte=time).filter(Q(time__lt=time) | Q(id__lt=event_id))

    def newer_than(self, time: datetime, event_id: uuid.UUID) -> Self:
        return self.filter(time__gte=time).filter(Q(time__gt=time) | Q(id__gt=event_id))


class Event(Inserted):
    """One attempt, allowed or refused. Columns for what is searched; the rest stays JSON."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # Every index below begins with the account.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    time = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=128)
    name = models.CharField(max_length=128)
    type = models.CharField(max_length=32, default="AwsApiCall")
    region = models.CharField(max_length=64, default="us-east-1")
    source_ip = models.CharField(max_length=45, default="")
    user_agent = models.CharField(max_length=512, default="")
    user_name = models.CharField(max_length=128, default="")
    principal_id = models.CharField(max_length=256, default="")
    access_key_id = models.CharField(max_length=128, default="")
    user_identity = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, default="")
    request_parameters = models.JSONField(null=True, default=None)
    response_elements = models.JSONField(null=True, default=None)
    additional_event_data = models.JSONField(null=True, default=None)
    error_code = models.CharField(max_length=128, default="")
    error_message = models.TextField(default="")
    read_only = models.BooleanField(default=True)
    # Of a refused call: what every layer of policies said, as `policy.Trace` writes it.
    decision = models.JSONField(null=True, default=None)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-time", "-id"], name="event_newest_first"),
            models.Index(
                fields=["account", "principal_id", "-time", "-id"], name="event_by_principal"
            ),
            models.Index(fields=["account", "name", "-time", "-id"], name="event_by_name"),
            models.Index(fields=["account", "request_id"], name="event_by_request"),
            models.Index(
                fields=["account", "user_name", "-time", "-id"], name="event_by_user_name"
            ),
            models.Index(
                fields=["account", "access_key_id", "-time", "-id"], name="event_by_access_key"
            ),
            models.Index(fields=["account", "source_ip", "-time", "-id"], name="event_by_address"),
            # Failures are few among answers.
            models.Index(
                fields=["account", "-time", "-id"],
                condition=Q(error_code__gt="") | Q(error_message__gt=""),
                name="event_newest_failures",
            ),
            # Changes are few among reads, and the dashboard asks for the newest.
            models.Index(
                fields=["account", "-time", "-id"],
                condition=Q(read_only=False),
                name="event_newest_changes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.time:%Y-%m-%dT%H:%M:%SZ}"

    def describe(self) -> dict[str, Any]:
        """CloudTrail's event record, version 1.08."""
        shown = {
            "eventVersion": "1.08",
            "userIdentity": self.user_identity,
            "eventTime": f"{self.time:%Y-%m-%dT%H:%M:%SZ}",
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": self.source_ip,
            "userAgent": self.user_agent,
            "requestParameters": self.request_parameters,
            "responseElements": self.response_elements,
            "requestID": self.request_id,
            "eventID": str(self.id),
            "readOnly": self.read_only,
            "eventType": self.type,
            "managementEvent": True,
            "recipientAccountId": self.account_id,
            "eventCategory": "Management",
        }
        if self.additional_event_data is not None:
            shown["additionalEventData"] = self.additional_event_data
        if self.error_code:
            shown["errorCode"] = self.error_code
        if self.error_message:  # a failed sign-in has a message and no code
            shown["errorMessage"] = self.error_message
        return shown


class OutboxEvent(Inserted):
    """An event that waits to be moved into the log, as one line of JSON (identity/outbox.py)."""

    line = models.TextField()
    # Set when the log cannot hold it.
    is_refused = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.line
