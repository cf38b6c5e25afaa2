"""Times as SQLite has them: text, in UTC and without saying so.

Django's own way asks at each value what the settings and the value's zone are, which takes longer
than the rest of a look-up. Here all are aware and UTC is what the settings say.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def stored(value: datetime | None, database: BaseDatabaseWrapper) -> Any:
    """What the driver gets. Raises ValueError for a time without a zone."""
    if value is None or database.vendor != "sqlite":
        return value
    if value.tzinfo is None:
        raise ValueError("a time without a zone is not stored")
    return str(value.astimezone(UTC).replace(tzinfo=None))


def read(
    value: datetime | str | None, expression: Any, database: BaseDatabaseWrapper
) -> datetime | None:
    """Of what SQLite's driver gives: a time without a zone, of an expression its text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found and found.replace(tzinfo=UTC)


def quick(converters: list[Any], database: BaseDatabaseWrapper) -> list[Any]:
    """The converters of a column, with `read` for Django's own."""
    slow = getattr(database.ops, "convert_datetimefield_value", None)
    return [read if one == slow else one for one in converters]
