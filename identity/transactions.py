"""Transactions that wait for the disk without holding others up, and some that do not wait."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import AbstractContextManager
from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from identity.models import statements

# Data and the length of the file, not the time of its last change; not every system has it.
_flush = getattr(os, "fdatasync", os.fsync)
_QUEUE_SECONDS = 10.0  # as long as SQLite waits for its lock
_LOOK_SECONDS = 0.0002
# Who is patient looks so seldom, but for so long at most: the log of events must not stand still
# while there is always somebody who writes.
_SELDOM_SECONDS = 0.002
_PATIENCE_SECONDS = 0.1
# Who had its turn for longer leaves before its commit, and so does who is patient: it may go on to
# move the log into the database, while SQLite's lock is free already.
_LONG_SECONDS = 0.005


def durable(*, patient: bool = False) -> AbstractContextManager[None]:
    """As `transaction.atomic`, and as lasting, but others may write while the disk is waited for.

    SQLite's own way, synchronous=FULL, keeps all other writers out until the disk has it.
    Here the log is flushed once the lock is gone and before anybody is told, so that writers share
    the wait. `patient` as in `transient`. A checkpoint in between has flushed the log itself.
    https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    database = connections[DEFAULT_DB_ALIAS]
    waits = database.vendor == "sqlite" and not database.in_atomic_block
    return _OnSqlite(database, patient, flush=True) if waits else transaction.atomic()


def transient(*, patient: bool = False) -> AbstractContextManager[None]:
    """As `transaction.atomic`, but a power cut may take the last moments' commits back.

    A killed process loses nothing, and all that was committed before another change is on the disk
    with it. On SQLite who is `patient` lets others go first: for work that can wait.
    https://www.sqlite.org/pragma.html#pragma_synchronous and PostgreSQL's `synchronous_commit`.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:  # whose end decides; on SQLite the setting cannot change inside
        return transaction.atomic()
    sqlite = database.vendor == "sqlite"
    return _OnSqlite(database, patient, flush=False) if sqlite else _OnPostgresql()


class _OnPostgresql(transaction.Atomic):
    def __init__(self) -> None:
        super().__init__(DEFAULT_DB_ALIAS, savepoint=True, durable=False)

    def __enter__(self) -> None:
        super().__enter__()
        statements.execute("SET LOCAL synchronous_commit TO OFF")


class _OnSqlite(transaction.Atomic):
    """Commits without waiting for the disk; with `flush` it waits once the lock is gone."""

    def __init__(self, database: BaseDatabaseWrapper, patient: bool, *, flush: bool) -> None:
        super().__init__(DEFAULT_DB_ALIAS, savepoint=True, durable=False)
        self._database, self._patient, self._flush = database, patient, flush
        in_memory = database.is_in_memory_db()  # type: ignore[attr-defined]  # SQLite's
        self._file = "" if in_memory else str(database.settings_dict["NAME"])
        self._gate: int | None = None

    def __enter__(self) -> None:
        self._gate = _queue(f"{self._file}-gate", self._patient) if self._file else None
        self._began = time.monotonic()
        try:
            self._wait_in_commits("NORMAL")
            super().__enter__()
        except BaseException:
            self._end()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._patient or time.monotonic() - self._began > _LONG_SECONDS:
            self._leave_queue()
        try:
            super().__exit__(kind, problem, trace)
        finally:
            self._end()
        if self._flush and kind is None and self._file:
            _flush_log(f"{self._file}-wal")

    def _end(self) -> None:
        self._leave_queue()
        self._wait_in_commits("FULL")

    def _leave_queue(self) -> None:
        if self._gate is not None:
            os.close(self._gate)
            self._gate = None

    def _wait_in_commits(self, how: str) -> None:
        statements.execute(f"PRAGMA synchronous={how}", (), self._database)


def _queue(path: str, patient: bool) -> int | None:
    """Wait until the file is ours, but not for ever; closing it lets the next one in. None if it
    cannot be opened, as when a command made it that another user ran. Who is patient looks less
    often at first, and not at once: so it hardly ever gets ahead of somebody who is not.

    Who finds SQLite locked sleeps, longer each time, while others come and take the lock. So those
    who write often agree on whose turn it is first; the lock that counts remains SQLite's.
    """
    try:
        gate = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    began, waited = time.monotonic(), 0.0
    if patient:
        time.sleep(_SELDOM_SECONDS)
    while not _is_ours(gate) and waited < _QUEUE_SECONDS:
        time.sleep(_SELDOM_SECONDS if patient and waited < _PATIENCE_SECONDS else _LOOK_SECONDS)
        waited = time.monotonic() - began
    return gate


def _is_ours(gate: int) -> bool:
    try:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _flush_log(path: str) -> None:
    log = os.open(path, os.O_RDONLY)
    try:
        _flush(log)
    finally:
        os.close(log)
