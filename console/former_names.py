"""What is no longer under a name: deleted, or renamed. Read from the activity log.

Only the latest of such events are looked through, so that a wrong address costs no scan.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.http import Request
from console.kinds import Kind
from console.permissions import Rights
from console.recent_events import LOOK_UP
from identity import outbox
from identity.models import Event
from identity.models.user import folded

RENAMED_FOR = timedelta(days=90)
_LOOKED_THROUGH = 200


def renamed_to(request: Request, kind: Kind, name: str) -> Any | None:
    """The user or group that had this name, after any number of renames."""
    since = timezone.now() - RENAMED_FOR
    renames: dict[str, str] = {}
    for event in changes(request, f"Update{kind.noun}"):
        if event.time >= since and (given := _parameter(event, f"new{kind.noun}Name")):
            renames.setdefault(_parameter(event, kind.named_by), given)
    at = folded(name)
    while at in renames:
        at = renames.pop(at)
        if row := kind.rows(request.caller.account).filter(name_folded=at).first():
            return row
    return None


def deletion(request: Request, kind: Kind, name: str) -> Event | None:
    """The event by which the last object of this name (or ARN) was deleted."""
    for event in changes(request, f"Delete{kind.noun}"):
        if f"/{_parameter(event, kind.named_by)}".endswith(f"/{folded(name)}"):
            return event
    return None


def changes(request: Request, action: str) -> list[Event]:
    """The latest changes by this action; nothing for those who may not read the log."""
    if not Rights(request).allow(LOOK_UP, "*"):
        return []
    outbox.move()
    events = Event.objects.filter(account=request.caller.account, name=action)
    newest = events.order_by("-time", "-id")[:_LOOKED_THROUGH]
    return [event for event in newest if not event.error_code]


def _parameter(event: Event, name: str) -> str:
    return folded(str((event.request_parameters or {}).get(name, "")))
