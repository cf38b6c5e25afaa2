"""Transactions whose commit does not wait for the disk, for what can be asked for anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


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
