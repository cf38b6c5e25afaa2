"""Transactions that wait for the disk without holding others up, and some that do not wait."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Data and the length of the file, not the time of its last change; not every system has it.
_flush = getattr(os, "fdatasync", os.fsync)


@contextmanager
def durable() -> Iterator[None]:
    """As `transaction.atomic`, and as lasting, but others may write while the disk is waited for.

    SQLite's own way, synchronous=FULL, keeps all other writers out until the disk has it.
    Here the log is flushed once the lock is gone and before anybody is told, so that writers share
    the wait. A checkpoint in between has flushed the log itself.
    https://www.sqlite.org/pragma.html#pragma_synchronous
    """
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    with transient() if waits else transaction.atomic():
        yield
    if waits and not connection.is_in_memory_db():  # type: ignore[attr-defined]  # SQLite's own
        _flush_log(f"{connection.settings_dict['NAME']}-wal")


def _flush_log(path: str) -> None:
    log = os.open(path, os.O_RDONLY)
    try:
        _flush(log)
    finally:
        os.close(log)


@contextmanager
def transient() -> Iterator[None]:
    """As `transaction.atomic`, but a power cut may take the last moments' commits back.

    A killed process loses nothing, and all that was committed before another change is on the disk
    with it. https://www.sqlite.org/pragma.html#pragma_synchronous and PostgreSQL's
    `synchronous_commit`.
    """
    own = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
    with own():
        yield


@contextmanager
def _on_sqlite() -> Iterator[None]:
    """The setting belongs to the connection and cannot change inside a transaction."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    _set("PRAGMA synchronous=NORMAL")
    try:
        with transaction.atomic():
            yield
    finally:
        _set("PRAGMA synchronous=FULL")


@contextmanager
def _on_postgresql() -> Iterator[None]:
    with transaction.atomic():
        _set("SET LOCAL synchronous_commit TO OFF")
        yield


def _set(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
