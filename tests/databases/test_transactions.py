"""What was answered is on the disk, and nobody else waited for it."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

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
on_postgresql = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


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


def test_one_in_another_is_a_savepoint_that_waits_for_no_disk(
    database: str, account: Account, flushed: list[int]
) -> None:
    with transactions.durable():
        Account.objects.filter(pk=account.pk).update(alias="kept")
        with pytest.raises(LookupError), transactions.durable():
            _rename_and_fail(account)
        with transactions.durable():
            pass
        assert flushed == []
    assert len(flushed) == (1 if database == "sqlite" else 0)
    account.refresh_from_db()
    assert (account.name, account.alias) == ("Example", "kept")


@on_sqlite
def test_what_was_taken_back_is_not_waited_for(
    database: str, account: Account, flushed: list[int]
) -> None:
    with pytest.raises(LookupError), transactions.durable():
        _rename_and_fail(account)
    with pytest.raises(IntegrityError), transactions.durable():
        _break_at_the_commit()
    with transactions.transient():
        Account.objects.filter(pk=account.pk).update(name="Third")
    assert flushed == []
    account.refresh_from_db()
    assert account.name == "Third"


def _break_at_the_commit() -> None:
    """Of an account that is not there: looked for when all is written."""
    User.objects.create(account_id="000000000000", unique_id="AIDANOBODY", name="nobody")


def _rename_and_fail(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(name="Other")
    raise LookupError


def _nothing() -> None:
    pass


def _raise() -> None:
    raise LookupError


@on_sqlite
@pytest.mark.parametrize("begin", [transactions.durable, transactions.transient])
@pytest.mark.parametrize(
    ("work", "problem"),
    [(_nothing, None), (_raise, LookupError), (_break_at_the_commit, IntegrityError)],
)
def test_the_connection_keeps_its_own_way_of_committing(
    database: str,
    account: Account,
    begin: Callable[[], AbstractContextManager[None]],
    work: Callable[[], None],
    problem: type[Exception] | None,
) -> None:
    with pytest.raises(problem) if problem else nullcontext(), begin():
        assert _setting("PRAGMA synchronous") == 1
        work()
    assert _setting("PRAGMA synchronous") == 2
    assert not connection.in_atomic_block


@on_sqlite
@pytest.mark.parametrize("begin", [transactions.durable, transactions.transient])
def test_who_could_not_begin_keeps_it_too(
    database: str, account: Account, begin: Callable[[], AbstractContextManager[None]]
) -> None:
    with sqlite3.connect(connection.settings_dict["NAME"]) as other:
        other.execute("BEGIN IMMEDIATE")
        before = _setting("PRAGMA busy_timeout")
        _setting("PRAGMA busy_timeout=0")
        try:
            with pytest.raises(OperationalError, match="locked"), begin():
                raise AssertionError("another writes")
        finally:
            other.rollback()
            _setting(f"PRAGMA busy_timeout={before}")
    assert _setting("PRAGMA synchronous") == 2
    with at_the_head_of_the_queue():  # which it left
        pass
    with begin():
        Account.objects.filter(pk=account.pk).update(name="Other")


@on_postgresql
def test_a_transaction_that_does_not_wait_says_so_for_itself_alone(
    database: str, account: Account
) -> None:
    with transactions.transient():
        assert _setting("SHOW synchronous_commit") == "off"
    assert _setting("SHOW synchronous_commit") == "on"
    with pytest.raises(LookupError), transactions.transient():
        raise LookupError
    with transactions.durable():
        assert _setting("SHOW synchronous_commit") == "on"


def _setting(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        (value,) = cursor.fetchone()
        return value


# --- the queue in front of SQLite's lock ----------------------------------------------------------


@contextmanager
def at_the_head_of_the_queue() -> Iterator[None]:
    """As another process that writes."""
    with open(f"{connection.settings_dict['NAME']}-gate", "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def write(account: Account, name: str, done: threading.Event | None = None) -> None:
    try:
        with transactions.transient():
            Account.objects.filter(pk=account.pk).update(name=name)
        if done:
            done.set()
    finally:
        if done:
            connection.close()


@on_sqlite
def test_who_writes_waits_for_its_turn_and_has_it_then(database: str, account: Account) -> None:
    done = threading.Event()
    other = threading.Thread(target=write, args=(account, "Other", done))
    with at_the_head_of_the_queue():
        other.start()
        assert not done.wait(0.2)
    assert done.wait(10)
    other.join()


@on_sqlite
def test_who_is_patient_lets_others_go_first(
    database: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The patient one comes first, and looks again only after a second."""
    monkeypatch.setattr(transactions, "_SELDOM_SECONDS", 1.0)
    turns: list[str] = []

    def take(who: str, began: threading.Event, patient: bool) -> None:
        began.set()
        try:
            with transactions.transient(patient=patient):
                turns.append(who)
        finally:
            connection.close()

    others = []
    with at_the_head_of_the_queue():
        for who in ("patient", "quick"):
            began = threading.Event()
            others.append(threading.Thread(target=take, args=(who, began, who == "patient")))
            others[-1].start()
            assert began.wait(10)
    for other in others:
        other.join()
    assert turns == ["quick", "patient"]


@on_sqlite
def test_a_queue_that_does_not_move_holds_nobody_up_for_ever(
    database: str, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "_QUEUE_SECONDS", 0.05)
    with at_the_head_of_the_queue():
        write(account, "Other")
    account.refresh_from_db()
    assert account.name == "Other"


@on_sqlite
@pytest.mark.parametrize("begin", [transactions.durable, transactions.transient])
def test_who_fails_leaves_the_queue(
    database: str, account: Account, begin: Callable[[], AbstractContextManager[None]]
) -> None:
    with pytest.raises(LookupError), begin():
        _rename_and_fail(account)
    with at_the_head_of_the_queue():
        pass


@on_sqlite
def test_who_cannot_queue_writes_all_the_same(database: str, account: Account) -> None:
    gate = Path(f"{connection.settings_dict['NAME']}-gate")
    gate.unlink(missing_ok=True)
    gate.mkdir()
    try:
        write(account, "Other")
    finally:
        gate.rmdir()
    account.refresh_from_db()
    assert account.name == "Other"
