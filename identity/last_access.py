"""Keeps when each user and role last tried each action, from the audit events that are moved.

At most one write a principal, action and minute: what this process wrote within the minute is
remembered, so that a busy caller costs a look into a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction

from identity.models import LastAccess

_EVERY = timedelta(minutes=1)
_REMEMBERED = 20_000
_COLUMNS = ("account_id", "principal", "service", "action", "region", "time")
_PRINCIPALS = ("AIDA", "AROA")

_Key = tuple[str, str, str]
_written: dict[_Key, datetime] = {}


class _Access(NamedTuple):
    account_id: str
    principal: str
    service: str
    action: str
    region: str
    time: datetime

    @property
    def key(self) -> _Key:
        return self.principal, self.service, self.action


def keep(events: Iterable[Mapping[str, Any]]) -> None:
    """Keep what audit events, by the names of their columns, tell; inside their transaction."""
    latest: dict[_Key, _Access] = {}
    for access in filter(None, map(_access, events)):
        known = latest.get(access.key)
        if (known is None or known.time < access.time) and not _is_written(access):
            latest[access.key] = access
    if latest:
        _write(list(latest.values()))


def _access(event: Mapping[str, Any]) -> _Access | None:
    """None for root, for whoever is not authenticated, and for what is no call of an action."""
    principal = _principal(event)
    if event["type"] != "AwsApiCall" or not principal.startswith(_PRINCIPALS):
        return None
    service = event["source"].removesuffix(".amazonaws.com")
    return _Access(
        event["account_id"], principal, service, event["name"], event["region"], event["time"]
    )


def _principal(event: Mapping[str, Any]) -> str:
    """The unique ID of the user, or of who stands behind a session."""
    context = event["user_identity"].get("sessionContext", {})
    issuer = context.get("sessionIssuer", {}).get("principalId")
    return str(issuer or event["principal_id"])


def _is_written(access: _Access) -> bool:
    written = _written.get(access.key)
    return written is not None and access.time - written < _EVERY


def _write(accesses: list[_Access]) -> None:
    """In the order of the keys, in which all processes lock."""
    fields = {field.attname: field for field in LastAccess._meta.concrete_fields}
    rows = [
        [
            fields[name].get_db_prep_save(value, connection)
            for name, value in zip(_COLUMNS, one, strict=True)
        ]
        for one in sorted(accesses, key=lambda access: access.key)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_upsert(), rows)
    transaction.on_commit(partial(_remember, {one.key: one.time for one in accesses}))


def _upsert() -> str:
    """A later attempt takes the place of an earlier one, never the other way round."""
    quoted = connection.ops.quote_name
    table, time, region = quoted(LastAccess._meta.db_table), quoted("time"), quoted("region")
    columns = ", ".join(map(quoted, _COLUMNS))
    # Only names of our own model are put together here.
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) "  # noqa: S608
        f"ON CONFLICT (principal, service, action) DO UPDATE SET {time} = excluded.{time}, "
        f"{region} = excluded.{region} WHERE excluded.{time} > {table}.{time}"
    )


def _remember(written: dict[_Key, datetime]) -> None:
    if len(_written) > _REMEMBERED:
        _written.clear()
    _written.update(written)
