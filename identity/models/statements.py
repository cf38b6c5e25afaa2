"""SQL that was compiled before, run with little between it and the database's driver.

Django's cursors look at each statement, and at who may watch it, anew. That takes longer than a
look-up by a key takes SQLite. What they guarantee stays: errors are `django.db`'s, and a
transaction that broke takes no more statements.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

Read = TypeVar("Read")

_CACHED = 512  # there are about a hundred


def fetch(
    sql: str, values: Sequence[Any] = (), database: BaseDatabaseWrapper | None = None
) -> list[tuple[Any, ...]]:
    """All rows of a query. `sql` has `%s` for each of `values`, as Django's own has.

    `database` is the connection, if it was looked for already.
    """
    return _run(sql, values, database, _rows)


def execute(
    sql: str, values: Sequence[Any] = (), database: BaseDatabaseWrapper | None = None
) -> int:
    """How many rows a statement changed; see `fetch`."""
    return _run(sql, values, database, _count)


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return list(cursor.fetchall())


def _count(cursor: Any) -> int:
    return int(cursor.rowcount)


def _run(
    sql: str,
    values: Sequence[Any],
    database: BaseDatabaseWrapper | None,
    read: Callable[[Any], Read],
) -> Read:
    database = database or connections[DEFAULT_DB_ALIAS]
    if _is_watched(database):
        with database.cursor() as cursor:
            cursor.execute(sql, values)
            return read(cursor)
    database.validate_no_broken_transaction()
    database.ensure_connection()
    try:
        cursor = database.connection.execute(_with_question_marks(sql), values)
        try:
            return read(cursor)
        finally:
            cursor.close()
    except sqlite3.Error:
        with database.wrap_database_errors:  # only now: entering it takes as long as a look-up
            raise


def _is_watched(database: BaseDatabaseWrapper) -> bool:
    """Whether Django's own cursor is needed: for another driver, or for who counts queries."""
    return (
        database.vendor != "sqlite"
        or database.force_debug_cursor
        or bool(database.execute_wrappers)
    )


@lru_cache(_CACHED)
def _with_question_marks(sql: str) -> str:
    """As SQLite wants it; Django's wrapper does the same at each call."""
    return str(FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%"))
