"""Audit events as lines of JSON, between whoever keeps them and the table that is searched."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.dateparse import parse_datetime

from identity import last_access, usage
from identity.models import Account, Event, statements
from identity.models.prepared_writes import insert_of, storing

logger = logging.getLogger(__name__)

_COLUMNS = Event._meta.concrete_fields
_FIELDS = tuple(field.attname for field in _COLUMNS)
_STORED = tuple((field.attname, field.get_default, storing(field)) for field in _COLUMNS)

Values = dict[str, Any]
Prepared = list[tuple[Values, list[Any]]]
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class _Encoder(DjangoJSONEncoder):
    """With the microseconds, by which events of one moment are told apart."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


_encoder = _Encoder(separators=(",", ":"), ensure_ascii=False)


def line(event: Event) -> str:
    """The event in one line, without what PostgreSQL keeps in no text: NUL, half a surrogate."""
    text = _encoder.encode({name: getattr(event, name) for name in _FIELDS})
    if "\\u0000" in text:
        text = _NUL.sub(r"\1\\ufffd", text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def read(lines: Iterable[str | bytes], where: str) -> Iterator[Values]:
    """The events of lines, by the names of their columns. A line that was cut off is passed over,
    and the log says so."""
    for one in lines:
        try:
            values: Values = json.loads(one)
        except ValueError:
            logger.error("an audit event was cut off in %s", where)
            continue
        values["time"] = parse_datetime(values["time"])
        values["id"] = uuid.UUID(values["id"])
        yield values


def prepared(events: Iterable[Values]) -> Prepared:
    """The events with what an INSERT gets of each: worked out before the database is locked."""
    return [(event, _row(event)) for event in events]


def store(found: Prepared) -> int:
    """Insert what is not there yet, inside a transaction; returns how many.

    Events of an account that was deleted go with it.
    """
    kept = add(found)
    count(kept)
    return len(kept)


def count(events: list[Values]) -> None:
    """Keep what events tell of who called what, and how often; once for each, unlike `add`."""
    last_access.keep(events)
    usage.keep(events)


def add(found: Prepared) -> list[Values]:
    """Insert those of accounts that are there; returns them. One statement: for each, this thread
    would have to wait for others, while it keeps them from the database."""
    accounts = {event["account_id"] for event, _ in found}
    living = set(Account.objects.filter(pk__in=accounts).values_list("pk", flat=True))
    kept = [(event, row) for event, row in found if event["account_id"] in living]
    if kept:
        statements.execute(_insert(len(kept)), [value for _, row in kept for value in row])
    return [event for event, _ in kept]


@cache
def _insert(rows: int) -> str:
    return f"{insert_of(Event, _COLUMNS, rows)} ON CONFLICT DO NOTHING"


def _row(event: Values) -> list[Any]:
    """The values as the database wants them; a journal of an older release lacks newer columns.

    Without the ORM, which takes longer over a row than the database.
    """
    database = connections[DEFAULT_DB_ALIAS]
    return [
        stored(event[name] if name in event else default(), database)
        for name, default, stored in _STORED
    ]
