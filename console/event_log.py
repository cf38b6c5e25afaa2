"""The activity log as its pages read it: whose events one may see, filters, keyset pages."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from console.forms.events import PERIODS
from console.http import Request
from console.paging import Page
from console.permissions import Rights
from console.recent_events import LOOK_UP
from identity import journal
from identity.errors import ValidationError
from identity.models import Event
from identity.models.event import EventQuerySet

SIZE = 50
LOOKED_THROUGH = 20_000
"""How many events are read in search of a resource."""


@dataclass(frozen=True, slots=True)
class Visible:
    """The events that a reader may see: `everybodys` of the account, or only the own ones."""

    events: EventQuerySet
    everybodys: bool


def visible(request: Request) -> Visible:
    """With cloudtrail:LookupEvents the account's events; without it those of the caller itself.

    The journal is drained first, so that what was done a moment ago is there.
    """
    journal.drain()
    caller = request.caller
    everybodys = Rights(request).allow(LOOK_UP, "*")
    events = Event.objects.filter(account_id=caller.account_id)
    if not everybodys:
        events = events.filter(principal_id=caller.user_id)
    return Visible(events, everybodys)


def filtered(events: EventQuerySet, wanted: Mapping[str, Any], account_id: str) -> EventQuerySet:
    """`wanted` is the cleaned data of an EventFilterForm."""
    if wanted["name"]:
        events = events.filter(name=wanted["name"])
    if wanted["user"]:
        events = _by_user(events, wanted["user"], account_id)
    if wanted["key"]:
        events = events.filter(access_key_id=wanted["key"])
    if wanted["address"]:
        events = events.filter(source_ip=wanted["address"])
    if wanted["access"]:
        # As the partial index of changes has it, so that it answers.
        events = events.filter(read_only=wanted["access"] == "read")
    if wanted["errors_only"]:
        events = events.failed()
    events = _within(events, wanted)
    return _about(events, wanted["resource"].strip()) if wanted["resource"] else events


def _about(events: EventQuerySet, resource: str) -> EventQuerySet:
    """Those whose parameters name the resource; no index knows these, so only so many are read."""
    times = events.order_by("-time", "-id").values_list("time", flat=True)
    older = times[LOOKED_THROUGH : LOOKED_THROUGH + 1].first()
    newest = events.filter(time__gte=older) if older else events
    found = newest.annotate(said=Cast("request_parameters", TextField()))
    wanted = Q()
    for end in ",]}":  # as a value, not as the name of one
        wanted |= Q(said__contains=json.dumps(resource) + end)
    word, name = _parts(resource)
    for member in _MEMBERS.get(word, ()):
        # SQLite has the text as it was written, PostgreSQL as it writes it: both with a space.
        wanted |= Q(said__contains=f'"{member}": {json.dumps(name)}')
    return found.filter(wanted)


def _parts(arn: str) -> tuple[str, str]:
    """`user` and `bob` of `arn:aws:iam::123456789012:user/staff/bob`."""
    rest = arn.split(":", 5)[-1] if arn.startswith("arn:") else ""
    return rest.partition("/")[0], rest.rpartition("/")[2]


_MEMBERS = {
    "user": ("userName",),
    "group": ("groupName",),
    "role": ("roleName",),
    "instance-profile": ("instanceProfileName",),
}
_NAMING = (
    *("policyArn", "roleArn", "instanceProfileName", "roleName", "groupName", "userName"),
    *("policyName", "accessKeyId", "serialNumber", "openIDConnectProviderArn", "sAMLProviderArn"),
    *("name", "accountAlias"),
)


def resource(event: Event) -> str:
    """What the event is about, as its parameters name it; of an ARN the last part."""
    given = event.request_parameters or {}
    found = next((str(given[name]) for name in _NAMING if given.get(name)), "")
    return found.rpartition("/")[2] if found.startswith("arn:") else found


def _by_user(events: EventQuerySet, name: str, account_id: str) -> EventQuerySet:
    """By the name at that time, which may be a deleted user's; root has the account's ID."""
    if name.lower() == "root":
        return events.filter(principal_id=account_id)
    return events.filter(user_name=name)


def _within(events: EventQuerySet, wanted: Mapping[str, Any]) -> EventQuerySet:
    """The preset range and the typed moments narrow the list together."""
    if span := PERIODS.get(wanted["period"]):
        events = events.filter(time__gte=timezone.now() - span)
    if wanted["since"]:
        events = events.filter(time__gte=wanted["since"])
    if wanted["until"]:
        events = events.filter(time__lte=wanted["until"])
    return events


# --- pages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Position:
    time: datetime
    id: uuid.UUID
    number: int


def page(request: Request, events: EventQuerySet) -> Page[Event]:
    """The page that `?after=` or `?before=` asks for, newest first.

    Raises ValidationError for a cursor that was not made for this account's log.
    """
    before, after = _read(request, "before"), _read(request, "after")
    if before:
        newer = events.newer_than(before.time, before.id).order_by("time", "id")
        found = list(newer[: SIZE + 1])
        if len(found) > SIZE:
            first = max(1, before.number - SIZE)
            return _page(request, found[:SIZE][::-1], first, newer=True, older=True)
        after = None  # less than a page is left: show the first page, full
    older = events.older_than(after.time, after.id) if after else events
    found = list(older.order_by("-time", "-id")[: SIZE + 1])
    first = after.number + 1 if after else 1
    return _page(request, found[:SIZE], first, newer=after is not None, older=len(found) > SIZE)


def _page(
    request: Request, rows: list[Event], first: int, *, newer: bool, older: bool
) -> Page[Event]:
    if not rows:
        return Page(rows, first)
    previous = _url(request, "before", rows[0], first) if newer else ""
    following = _url(request, "after", rows[-1], first + len(rows) - 1) if older else ""
    return Page(rows, first, previous, following)


def _url(request: Request, name: str, event: Event, number: int) -> str:
    query = request.GET.copy()
    for old in ("after", "before"):
        query.pop(old, None)
    position = [event.time.isoformat(), event.id.hex, number]
    query[name] = _signer(request).sign_object(position)
    return f"?{query.urlencode()}"


def _read(request: Request, name: str) -> _Position | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        time, event_id, number = _signer(request).unsign_object(text)
    except signing.BadSignature as problem:
        raise ValidationError(_("The address does not name a page of this list.")) from problem
    return _Position(datetime.fromisoformat(time), uuid.UUID(hex=event_id), number)


def _signer(request: Request) -> signing.Signer:
    return signing.Signer(salt=f"activity:{request.caller.account_id}")


# --- one event in words ----------------------------------------------------------------------


def who(event: Event) -> str:
    """The user's name at that time, `root`, or what kind of identity it was."""
    if event.user_name:
        return event.user_name
    kind = str(event.user_identity.get("type", ""))
    return "root" if kind == "Root" else kind or _("Somebody unknown")


def sentence(event: Event) -> str:
    words = {"who": who(event), "name": event.name, "source": event.source}
    words["error"] = event.error_code or event.error_message
    if event.type == "AwsConsoleSignIn":
        if words["error"]:
            return _("%(name)s of %(who)s failed: %(error)s.") % words
        return _("%(name)s of %(who)s succeeded.") % words
    if words["error"]:
        return _("%(who)s called %(name)s and was refused: %(error)s.") % words
    return _("%(who)s called %(name)s.") % words
