"""Transactions that wait for the disk without holding others up, and some that do not wait."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from identity.models import statements

# Data and the length of the file, not the time of its last change; not every system has it.
_flush = getattr(os, "fdatasync", os.fsync)


def durable() -> AbstractContextManager[None]:
    """As `transaction.atomic`, and as lasting, but others may write while the disk is waited for.

    SQLite's own way, synchronous=FULL, keeps all other writers out until the disk has it.
    Here the log is flushed once the lock is gone and before anybody is told, so that writers share
    the wait. A checkpoint in between has flushed the log itself.
    https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    database = connections[DEFAULT_DB_ALIAS]
    waits = database.vendor == "sqlite" and not database.in_atomic_block
    return _OnSqlite(database, flush=True) if waits else transaction.atomic()


def transient() -> AbstractContextManager[None]:
    """As `transaction.atomic`, but a power cut may take the last moments' commits back.

    A killed process loses nothing, and all that was committed before another change is on the disk
    with it. https://www.sqlite.org/pragma.html#pragma_synchronous and PostgreSQL's
    `synchronous_commit`.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:  # whose end decides; on SQLite the setting cannot change inside
        return transaction.atomic()
    sqlite = database.vendor == "sqlite"
    return _OnSqlite(database, flush=False) if sqlite else _OnPostgresql()


class _OnPostgresql(transaction.Atomic):
    def __init__(self) -> None:
        super().__init__(DEFAULT_DB_ALIAS, savepoint=True, durable=False)

    def __enter__(self) -> None:
        super().__enter__()
        statements.execute("SET LOCAL synchronous_commit TO OFF")


class _OnSqlite(transaction.Atomic):
    """Commits without waiting for the disk; with `flush` it waits once the lock is gone."""

    def __init__(self, database: BaseDatabaseWrapper, *, flush: bool) -> None:
        super().__init__(DEFAULT_DB_ALIAS, savepoint=True, durable=False)
        self._database, self._flush = database, flush

    def __enter__(self) -> None:
        self._wait_in_commits("NORMAL")
        try:
            super().__enter__()
        except BaseException:
            self._wait_in_commits("FULL")
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(kind, problem, trace)
        finally:
            self._wait_in_commits("FULL")
        if self._flush and kind is None and not self._database.is_in_memory_db():  # type: ignore[attr-defined]
            _flush_log(f"{self._database.settings_dict['NAME']}-wal")

    def _wait_in_commits(self, how: str) -> None:
        statements.execute(f"PRAGMA synchronous={how}", (), self._database)


def _flush_log(path: str) -> None:
    log = os.open(path, os.O_RDONLY)
    try:
        _flush(log)
    finally:
        os.close(log)
