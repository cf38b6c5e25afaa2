"""Recommendations that an account has dismissed, each for 30 days and with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from console.http import Request
from console.models import Dismissal
from console.recommendations import Recommendation
from identity import own_actions

FOR = timedelta(days=30)
DISMISS, RESTORE = "bartizan:DismissRecommendation", "bartizan:RestoreRecommendation"


def of(request: Request) -> dict[str, Dismissal]:
    rows = Dismissal.objects.filter(account=request.caller.account, until__gt=timezone.now())
    return {row.key: row for row in rows}


def split(
    rows: list[Recommendation], dismissed: Mapping[str, Dismissal]
) -> tuple[list[Recommendation], list[tuple[Recommendation, Dismissal]]]:
    """Those to show, and those that were dismissed with what was said about it."""
    shown = [row for row in rows if not row.key or row.key not in dismissed]
    return shown, [(row, dismissed[row.key]) for row in rows if row.key and row.key in dismissed]


def dismiss(request: Request, key: str, reason: str) -> None:
    """Raises AccessDenied."""
    caller = request.caller
    kept = {"reason": reason, "by": caller.name[:256], "until": timezone.now() + FOR}

    def act() -> None:
        Dismissal.objects.update_or_create(account=caller.account, key=key, defaults=kept)

    own_actions.perform(caller, request.facts, DISMISS, {"key": key, "reason": reason}, act)


def restore(request: Request, key: str) -> None:
    """Raises AccessDenied."""
    rows = Dismissal.objects.filter(account=request.caller.account, key=key)

    def act() -> None:
        rows.delete()

    own_actions.perform(request.caller, request.facts, RESTORE, {"key": key}, act)
