"""Times are stored and read as Django's fields do it, without asking for zones each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateTimeField

from identity.models import Event, times

AT = datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC)
FIELD: DateTimeField[Any, Any] = Event._meta.get_field("time")

TIMES = {
    "with microseconds": AT,
    "whole seconds": AT.replace(microsecond=0),
    "of another zone": AT.astimezone(timezone(timedelta(hours=-5, minutes=-30))),
    "of the year 1": datetime.min.replace(tzinfo=UTC),
    "none": None,
}


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES)
def test_a_time_is_stored_as_the_field_stores_it(time: datetime | None) -> None:
    assert times.stored(time, connection) == FIELD.get_db_prep_save(time, connection)


def test_a_time_without_a_zone_is_not_stored() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        times.stored(AT.replace(tzinfo=None), connection)


@pytest.mark.parametrize("time", TIMES.values(), ids=TIMES)
def test_what_was_stored_is_read_again(time: datetime | None) -> None:
    text = times.stored(time, connection)
    assert times.read(text, None, connection) == time
    assert times.read(text and datetime.fromisoformat(text), None, connection) == time


def test_the_converter_takes_the_place_of_djangos_and_of_no_other() -> None:
    other = connection.ops.convert_booleanfield_value  # type: ignore[attr-defined]  # SQLite's
    slow = connection.ops.convert_datetimefield_value  # type: ignore[attr-defined]
    assert times.quick([slow, other], connection) == [times.read, other]
