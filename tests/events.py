"""The audit log as whoever reads it sees it."""

from __future__ import annotations

from typing import Any

from identity import outbox
from identity.models import Account, Event
from identity.models.event import EventQuerySet


def logged() -> EventQuerySet:
    """All events, with those of changes that are still in the outbox (not the journal's)."""
    outbox.move()
    return Event.objects.all()


def change(account: Account, name: str = "CreateUser", **more: Any) -> Event:
    """The event of a change, not yet kept."""
    return Event(account=account, source="iam.amazonaws.com", name=name, read_only=False, **more)
