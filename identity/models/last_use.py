"""When a key or a role was last used: kept to the minute, so that reads do not become writes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

_EVERY = timedelta(minutes=1)


def is_remembered(last: datetime | None, at: datetime) -> bool:
    """Whether a use at this time need not be written: one of the same minute was."""
    return last is not None and at - last < _EVERY


def unseen(at: datetime) -> Q:
    """Rows of which no use of the last minute is written: of several requests at once, whose rows
    were read before, the first one writes."""
    return Q(last_used_at=None) | Q(last_used_at__lte=at - _EVERY)
