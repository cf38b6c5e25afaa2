"""The audit log as whoever reads it sees it."""

from __future__ import annotations

from identity import outbox
from identity.models import Event
from identity.models.event import EventQuerySet


def logged() -> EventQuerySet:
    """All events, with those of changes that are still in the outbox (not the journal's)."""
    outbox.move()
    return Event.objects.all()
