"""The activity log: search it, read one event, take it along as JSON lines."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import csv_files, event_log, responses
from console.forms.events import EventFilterForm
from console.http import Request
from console.paging import Page
from console.preferences import zones
from identity.errors import NoSuchEntity
from identity.models import Event
from identity.models.event import EventQuerySet

DOWNLOAD_LIMIT = 10_000
_CHUNK = 500


@require_safe
def activity(request: Request) -> HttpResponse:
    """Filters that cannot be read are said to be wrong; they never read as an empty list."""
    with timezone.override(_zone(request)):
        return _activity(request)


def _activity(request: Request) -> HttpResponse:
    seen = event_log.visible(request)
    form = EventFilterForm(request.GET)
    found = event_log.page(request, _found(request, seen, form)) if form.is_valid() else Page([], 1)
    return responses.page(
        request,
        "console/activity/list.html",
        form=form,
        page=found,
        rows=[(one, event_log.resource(one)) for one in found.rows],
        everybodys=seen.everybodys,
        query=request.GET.urlencode(),
        limit=DOWNLOAD_LIMIT,
        zones=_zones(request),
    )


def _zone(request: Request) -> ZoneInfo:
    """`?zone=` is the zone of this page alone; an unknown one changes nothing."""
    asked = request.GET.get("zone", "")
    return ZoneInfo(asked) if asked in zones() else request.preferences.time_zone


def _zones(request: Request) -> list[dict[str, str]]:
    """The switch: UTC, the reader's own zone, and the one that the address asks for."""
    now, own = str(_zone(request)), str(request.preferences.time_zone)
    query = request.GET.copy()
    found = []
    for name in dict.fromkeys(["UTC", own, now]):
        query["zone"] = name
        current = "true" if name == now else ""
        found.append({"name": name, "url": f"?{query.urlencode()}", "current": current})
    return found


def _found(request: Request, seen: event_log.Visible, form: EventFilterForm) -> EventQuerySet:
    return event_log.filtered(seen.events, form.cleaned_data, request.caller.account_id)


@require_safe
def download(request: Request) -> HttpResponseBase:
    """The newest 10,000 that match, one event a line in CloudTrail's record shape."""
    seen = event_log.visible(request)
    with timezone.override(_zone(request)):
        form = EventFilterForm(request.GET)
        valid = form.is_valid()
    if not valid:
        return activity(request)
    found = _found(request, seen, form).order_by("-time", "-id")[:DOWNLOAD_LIMIT]
    if request.GET.get("as") == "csv":
        spreadsheets = request.GET.get("for") == "spreadsheets"
        name = f"activity-{request.caller.account_id}.csv"
        return csv_files.streamed(name, _HEADER, _rows(found), for_spreadsheets=spreadsheets)
    response = StreamingHttpResponse(_lines(found), content_type="application/x-ndjson")
    name = f"activity-{request.caller.account_id}.jsonl"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


_HEADER = (
    *("Time", "Event", "Source", "Who", "Principal", "Access key ID", "Source address"),
    *("Read only", "Error code", "Error message", "Request ID", "Event ID"),
)


def _rows(events: EventQuerySet) -> Iterator[list[str]]:
    """Times in ISO 8601, UTC; the rest as the record has it."""
    for one in events.iterator(chunk_size=_CHUNK):
        yield [
            f"{one.time:%Y-%m-%dT%H:%M:%SZ}",
            *(one.name, one.source, event_log.who(one), str(one.user_identity.get("arn", ""))),
            *(one.access_key_id, one.source_ip, "true" if one.read_only else "false"),
            *(one.error_code, one.error_message, one.request_id, str(one.id)),
        ]


def _lines(events: EventQuerySet) -> Iterator[str]:
    for event in events.iterator(chunk_size=_CHUNK):
        yield json.dumps(event.describe()) + "\n"


@require_safe
def event(request: Request, event_id: uuid.UUID) -> HttpResponse:
    """An event that may not be seen is not there."""
    found = event_log.visible(request).events.filter(pk=event_id).first()
    if found is None:
        raise NoSuchEntity(_("There is no event with this ID that you may see."))
    return responses.page(
        request,
        "console/activity/event.html",
        event=found,
        sentence=event_log.sentence(found),
        who=event_log.who(found),
        record=_record(found),
    )


def _record(found: Event) -> str:
    return json.dumps(found.describe(), indent=2, ensure_ascii=False)
