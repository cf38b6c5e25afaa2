"""The transactional outbox: events of changes, committed with them and moved in batches.

The audit log has ten indexes, a table that nobody searches has none: a change writes one line
there, and who reads the log, or the journal's thread within a second, moves all lines at once.
https://microservices.io/patterns/data/transactional-outbox.html
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import DataError, IntegrityError
from django.db.models import Max, QuerySet

from identity import event_lines, transactions
from identity.models import Event, OutboxEvent
from identity.models.prepared_writes import new

logger = logging.getLogger(__name__)

_BATCH = 50  # changes wait while a batch is written


def add(event: Event) -> None:
    """Record a change inside its transaction: neither is there without the other."""
    new(OutboxEvent, line=event_lines.line(event)).insert()


def add_all(events: Iterable[Event]) -> None:
    """As `add`, of changes that are made at once."""
    rows = [new(OutboxEvent, line=event_lines.line(event)) for event in events]
    OutboxEvent.objects.bulk_create(rows)


def move() -> int:
    """Move what changes left into the audit log; returns how many events.

    Who comes while another moves waits, so that afterwards all that was committed before is there.
    """
    newest = _waiting().aggregate(newest=Max("pk"))["newest"]
    moved = 0
    while newest is not None and _waiting().filter(pk__lte=newest).exists():
        moved += _move_batch()
    return moved


def _waiting() -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(is_refused=False)


_Row = tuple[int, str]
"""The number of a row of the outbox, and its line."""


def _move_batch() -> int:
    rows = list(_waiting().order_by("pk").values_list("pk", "line")[:_BATCH])
    try:
        return _move(rows)
    except (DataError, IntegrityError):  # one is to blame, or an account was deleted meanwhile
        return sum(map(_move_one, rows))


def _move_one(row: _Row) -> int:
    """One that the database cannot hold must not hold up the others: it stays, and the log says
    so."""
    try:
        return _move([row])
    except (DataError, IntegrityError):
        logger.exception("the audit log cannot hold event %s of the outbox", row[0])
        OutboxEvent.objects.filter(pk=row[0]).update(is_refused=True)
        return 0


def _move(rows: list[_Row]) -> int:
    """What another mover was faster with is there already, and is not written twice.

    A power cut may take it back whole: then it is moved again.
    """
    found = event_lines.prepared(event_lines.read((line for _, line in rows), "the outbox"))
    with transactions.transient(patient=True):
        taken, _ = OutboxEvent.objects.filter(pk__in=[number for number, _ in rows]).delete()
        return min(taken, event_lines.store(found)) if taken else 0
