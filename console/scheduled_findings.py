"""Looks for access findings in every account, time and again; each worker of the server helps."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from identity import findings
from identity.facts import Facts
from identity.models import Account, FindingScan

_PAUSE = 60.0
_GIVEN_UP = timedelta(hours=6)
"""After so long another worker begins anew what one has begun."""

_next_look = time.monotonic() + _PAUSE


def every() -> timedelta:
    """How often; zero for never."""
    return timedelta(hours=settings.FINDINGS_EVERY_HOURS)


def work() -> int:
    """Once a minute ask which account is due, and look through it; returns how many that were."""
    global _next_look  # of this process alone
    if not every() or time.monotonic() < _next_look:
        return 0
    _next_look = time.monotonic() + _PAUSE
    count = 0
    while account := _claimed(timezone.now()):
        findings.scan(account, Facts(), lambda: None)
        count += 1
    return count


def _claimed(now: datetime) -> Account | None:
    """An account that is due, ours from now on; None when there is none that no other took."""
    new = Account.objects.exclude(pk__in=FindingScan.objects.values("account"))
    FindingScan.objects.bulk_create(
        [FindingScan(account=account) for account in new[:100]], ignore_conflicts=True
    )
    due = Q(finished_at=None) | Q(finished_at__lte=now - every())
    free = Q(begun_at=None) | Q(begun_at__lte=now - min(_GIVEN_UP, every()))
    for scan in FindingScan.objects.filter(due, free)[:5]:
        seen = FindingScan.objects.filter(pk=scan.pk, begun_at=scan.begun_at)
        if seen.update(begun_at=now):
            return Account.objects.get(pk=scan.pk)
    return None
