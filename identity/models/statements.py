"""SQL that was compiled before, run with little between it and the database's driver.

Django's cursors look at each statement, and at who may watch it, anew. That takes longer than a
look-up by a key takes SQLite. What they guarantee stays: errors are `django.db`'s, and a
transaction that broke takes no more statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

_CACHED = 512  # there are about fifty


def fetch(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query. `sql` has `%s` for each of `values`, as Django's own has."""
    database = connections[DEFAULT_DB_ALIAS]
    if _is_watched(database):
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    with database.wrap_database_errors, closing(_run(database, sql, values)) as found:
        return list(found.fetchall())


def execute(sql: str, values: Sequence[Any] = ()) -> int:
    """How many rows a statement changed; see `fetch`."""
    database = connections[DEFAULT_DB_ALIAS]
    if _is_watched(database):
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)
    with database.wrap_database_errors, closing(_run(database, sql, values)) as done:
        return int(done.rowcount)


def _is_watched(database: BaseDatabaseWrapper) -> bool:
    """Whether Django's own cursor is needed: for another driver, or for who counts queries."""
    return (
        database.vendor != "sqlite"
        or database.force_debug_cursor
        or bool(database.execute_wrappers)
    )


def _run(database: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> Any:
    database.validate_no_broken_transaction()
    database.ensure_connection()
    return database.connection.execute(_with_question_marks(sql), values)


@lru_cache(_CACHED)
def _with_question_marks(sql: str) -> str:
    """As SQLite wants it; Django's wrapper does the same at each call."""
    return str(FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%"))
