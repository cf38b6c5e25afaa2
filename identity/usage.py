"""Counts what accounts call by month: reads as the journal moves them, changes in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from identity.models import Account, Event, Usage

_AT_MOST = 1_000_000
"""So many changes of a month are counted one by one; the page then says that there are more."""


def keep(events: Iterable[Mapping[str, Any]]) -> None:
    """Add the reads among audit events that are moved into their table, in that transaction."""
    reads = Counter(
        (event["account_id"], _month(event["time"])) for event in events if event["read_only"]
    )
    for (account_id, month), number in reads.items():
        of_month = Usage.objects.filter(account_id=account_id, month=month)
        if of_month.update(reads=F("reads") + number):
            continue
        _row, fresh = Usage.objects.get_or_create(
            account_id=account_id, month=month, defaults={"reads": number}
        )
        if not fresh:  # another mover was faster
            of_month.update(reads=F("reads") + number)


def reads(account: Account, months: int) -> list[Usage]:
    """The latest months that have any, the newest first."""
    return list(Usage.objects.filter(account=account).order_by("-month")[:months])


def changes(account: Account, since: datetime) -> tuple[int, bool]:
    """Changes, refused ones and sign-ins since then, and whether there are more than that."""
    rows = Event.objects.filter(account=account, read_only=False, time__gte=since)
    number = rows[: _AT_MOST + 1].count()
    return min(number, _AT_MOST), number > _AT_MOST


def month_began(now: datetime | None = None) -> datetime:
    """The first moment of the month, in UTC."""
    return (now or timezone.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month(time: datetime) -> str:
    return f"{time:%Y-%m}"
