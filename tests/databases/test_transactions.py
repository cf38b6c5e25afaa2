"""What was answered is on the disk, and nobody else waited for it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from django.db import connection, transaction

from identity import transactions
from identity.models import Account, User
from tests.factories import make_key
from tests.sdk_in_process import sdk


@pytest.fixture
def flushed(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many users named Li another connection saw, and could write beside, at each flush."""
    seen: list[int] = []

    def look(_: int) -> None:
        with sqlite3.connect(connection.settings_dict["NAME"], timeout=0) as other:
            other.execute("BEGIN IMMEDIATE")
            (count,) = other.execute(
                "SELECT count(*) FROM identity_user WHERE name = 'Li'"
            ).fetchone()
            seen.append(count)
            other.rollback()

    monkeypatch.setattr(transactions, "_flush", look)
    return seen


# PostgreSQL shares the wait by itself.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_sqlite
def test_a_change_is_flushed_before_its_answer_and_after_its_lock(
    database: str, ana: User, flushed: list[int]
) -> None:
    iam = sdk("iam", make_key(ana))
    iam.create_user(UserName="Li")
    assert flushed == [1]
    iam.get_user(UserName="Li")
    assert flushed == [1]


@on_sqlite
def test_who_cannot_flush_does_not_say_that_it_is_done(
    database: str, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(transactions, "_flush", broken)
    iam: Any = sdk("iam", make_key(ana))
    with pytest.raises(iam.exceptions.ServiceFailureException):
        iam.create_user(UserName="Li")


def test_inside_a_transaction_the_outer_one_is_waited_for(
    database: str, account: Account, flushed: list[int]
) -> None:
    with transaction.atomic(), transactions.durable():
        Account.objects.filter(pk=account.pk).update(name="Other")
    assert flushed == []
    account.refresh_from_db()
    assert account.name == "Other"


@on_sqlite
def test_the_connection_keeps_its_own_way_of_committing(database: str, account: Account) -> None:
    with transactions.durable():
        Account.objects.filter(pk=account.pk).update(name="Other")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)
