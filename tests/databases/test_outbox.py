"""Events that changes left are moved once, whoever moves them at the same moment."""

from __future__ import annotations

import threading
import time

import pytest

from identity import event_lines, outbox
from identity.journal import Journal
from identity.models import Account, Event, OutboxEvent, User
from tests.databases.racing import THREADS, iam, race
from tests.events import change, logged
from tests.factories import make_account

NUMBER = 2 * outbox._BATCH + 50


def test_who_moves_at_the_same_moment_sees_all_in_the_end_and_each_once(account: Account) -> None:
    outbox.add_all(change(account) for _ in range(NUMBER))
    moved: list[int] = []

    def attempt(_: int) -> bool:
        moved.append(outbox.move())
        return Event.objects.filter(account=account).count() == NUMBER

    assert race(attempt) == {"won": THREADS}
    assert sum(moved) == NUMBER
    assert not OutboxEvent.objects.exists()


def test_who_comes_while_another_moves_waits_for_it(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other has taken the lines, and is slow to store them."""
    taken, store = threading.Event(), event_lines.store

    def slow(events: event_lines.Prepared) -> int:
        taken.set()
        time.sleep(0.5)
        return store(events)

    monkeypatch.setattr(event_lines, "store", slow)
    outbox.add(change(account))
    moved: dict[int, int] = {}

    def attempt(number: int) -> bool:
        if number:
            taken.wait(timeout=10)
        moved[number] = outbox.move()
        return Event.objects.filter(account=account).exists()

    assert race(attempt, 2) == {"won": 2}
    assert moved == {0: 1, 1: 0}


def test_no_change_loses_its_event_while_others_move(ana: User, account: Account) -> None:
    def attempt(number: int) -> None:
        for each in range(4):
            if number % 2:
                iam(ana).create_user(UserName=f"user{number}-{each}")
            else:
                outbox.move()

    assert race(attempt) == {"won": THREADS}
    made = logged().filter(account=account, name="CreateUser")
    assert made.count() == account.iam_users.exclude(pk=ana.pk).count() == 4 * THREADS // 2


def test_one_that_the_database_cannot_hold_stays_and_no_other(
    database: str, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite holds a region of any length; PostgreSQL has no room for it."""
    outbox.add(change(account))
    outbox.add(change(account, "DeleteUser", region="x" * 65))
    outbox.add(change(account, "TagUser"))
    held = database == "sqlite"
    assert outbox.move() == (3 if held else 2)
    assert OutboxEvent.objects.filter(is_refused=True).count() == (0 if held else 1)
    assert ("the audit log cannot hold event" in caplog.text) is not held
    assert outbox.move() == 0
    OutboxEvent.objects.all().delete()


@pytest.mark.parametrize("hostile", ["a\0b", "\\u0000", "\ud800", "\uffff\u2028"])
def test_no_text_of_a_change_is_one_that_the_log_cannot_hold(
    account: Account, hostile: str
) -> None:
    outbox.add(change(account, user_agent=hostile, request_parameters={hostile: [hostile]}))
    assert outbox.move() == 1
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize("kept", ["in the outbox", "in the journal"])
def test_an_account_that_is_deleted_while_its_events_are_moved_takes_them_along(
    account: Account, own_journal: Journal, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    """On PostgreSQL that shows when the mover commits."""
    other = make_account("Other", "other@example.test")
    stored, store = threading.Event(), event_lines.store

    def slow(events: event_lines.Prepared) -> int:
        number = store(events)
        stored.set()
        time.sleep(0.3)
        return number

    for one in (change(account), change(other)):
        outbox.add(one) if kept == "in the outbox" else own_journal.append(one)
    monkeypatch.setattr(event_lines, "store", slow)

    def attempt(number: int) -> None:
        if number:
            stored.wait(timeout=10)
            account.delete()
        else:
            own_journal.drain()

    assert race(attempt, 2) == {"won": 2}
    assert list(Event.objects.values_list("account", flat=True)) == [other.pk]
    assert not OutboxEvent.objects.exists()
    assert list(own_journal.folder.glob("*")) == []
