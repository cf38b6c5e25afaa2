"""Users that are no longer under a name: deleted, or renamed. Read from the activity log.

Only the latest of such events are looked through, so that a wrong address costs no scan.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from console.http import Request
from console.permissions import Rights
from console.recent_events import LOOK_UP
from identity.models import Event
from identity.models.user import folded

RENAMED_FOR = timedelta(days=90)
_LOOKED_THROUGH = 200


def renamed_to(request: Request, name: str) -> str:
    """What the user of this former name is called now, after any number of renames, or ""."""
    since = timezone.now() - RENAMED_FOR
    renames: dict[str, str] = {}
    for event in changes(request, "UpdateUser"):
        if event.time >= since and (given := _parameter(event, "newUserName")):
            renames.setdefault(_parameter(event, "userName"), given)
    at = folded(name)
    while at in renames:
        at = renames.pop(at)
        if user := request.caller.account.iam_users.named(at).first():
            return user.name
    return ""


def deletion(request: Request, name: str) -> Event | None:
    """The event by which the last user of this name was deleted."""
    deleted = changes(request, "DeleteUser")
    return next((event for event in deleted if _parameter(event, "userName") == folded(name)), None)


def changes(request: Request, action: str) -> list[Event]:
    """The latest changes by this action; nothing for those who may not read the log."""
    if not Rights(request).allow(LOOK_UP, "*"):
        return []
    events = Event.objects.filter(account=request.caller.account, name=action)
    newest = events.order_by("-time", "-id")[:_LOOKED_THROUGH]
    return [event for event in newest if not event.error_code]


def _parameter(event: Event, name: str) -> str:
    return folded(str((event.request_parameters or {}).get(name, "")))
