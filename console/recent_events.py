"""The newest events of an account or of one principal, each found by an index of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from console.http import Request
from console.permissions import Rights
from identity import journal, outbox
from identity.callers import Caller
from identity.models import Event

LOOK_UP = "cloudtrail:LookupEvents"


def fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Move what the journal holds before the view is asked, whose own reads need not show on it."""

    @wraps(view)
    def drained(*args: Any, **kwargs: Any) -> HttpResponse:
        journal.drain()
        return view(*args, **kwargs)

    return drained


def changes(request: Request, rights: Rights, *, limit: int) -> list[Event] | None:
    """The account's latest changes, or None for those who may not read the activity log."""
    if not rights.allow(LOOK_UP, "*"):
        return None
    outbox.move()
    return list(_newest(request).filter(read_only=False)[:limit])


def of_principal(
    request: Request, rights: Rights, principal_id: str, *, limit: int
) -> list[Event] | None:
    """What one principal did last, reads and refusals too; None as above."""
    if not rights.allow(LOOK_UP, "*"):
        return None
    return list(_newest(request).filter(principal_id=principal_id)[:limit])


def of_role(request: Request, rights: Rights, unique_id: str, *, limit: int) -> list[Event] | None:
    """As `of_principal`, of all sessions of a role: their IDs are `AROA…:name`."""
    if not rights.allow(LOOK_UP, "*"):
        return None
    sessions = {"principal_id__gte": f"{unique_id}:", "principal_id__lt": f"{unique_id};"}
    return list(_newest(request).filter(**sessions)[:limit])


def of_person(signed_in: Caller, *, limit: int) -> list[Event]:
    """What who signed in did last; for no eyes but theirs."""
    events = Event.objects.filter(account=signed_in.account, principal_id=signed_in.user_id)
    latest = events.order_by("-time", "-id").only("time", "name", "source_ip", "error_message")
    return list(latest[:limit])


def _newest(request: Request) -> QuerySet[Event]:
    events = Event.objects.filter(account=request.caller.account).order_by("-time", "-id")
    return events.only("time", "name", "user_name", "error_code", "error_message", "source_ip")
