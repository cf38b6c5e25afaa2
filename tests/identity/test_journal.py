"""Audit events of reads and refusals outlive the process that wrote them."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.db import OperationalError

from identity import event_lines, journal, outbox
from identity.errors import ServiceUnavailable
from identity.journal import Journal
from identity.models import Account, Event, Usage
from tests.conftest import NewAccount
from tests.events import change
from tests.factories import make_account
from tests.live_server import serving


def event(account: Account, name: str = "GetUser", **more: Any) -> Event:
    return Event(account=account, source="iam.amazonaws.com", name=name, **more)


def test_what_was_kept_is_moved_once_and_whole(account: Account, own_journal: Journal) -> None:
    kept = event(account, request_parameters={"UserName": "li"}, error_message="é\n\u2028 ok")
    own_journal.append(kept)
    assert (own_journal.drain(), own_journal.drain()) == (1, 0)
    moved = Event.objects.get()
    assert moved.describe() == kept.describe()


def test_an_event_that_is_there_already_is_not_written_twice(
    account: Account, own_journal: Journal
) -> None:
    kept = event(account)
    own_journal.append(kept)
    kept.save(force_insert=True)
    own_journal.drain()
    assert Event.objects.count() == 1


def test_a_file_is_moved_in_batches_between_which_others_may_write(
    account: Account, own_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    add = event_lines.add

    def watched(found: event_lines.Prepared) -> list[event_lines.Values]:
        batches.append(len(found))
        return add(found)

    monkeypatch.setattr(event_lines, "add", watched)
    for _ in range(2 * journal._BATCH + 1):
        own_journal.append(event(account))
    assert own_journal.drain() == Event.objects.count() == 2 * journal._BATCH + 1
    assert batches == [journal._BATCH, journal._BATCH, 1]


def test_a_file_whose_move_broke_off_between_batches_is_moved_again_and_counts_once(
    account: Account, own_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = journal._BATCH + 1
    for _ in range(number):
        own_journal.append(event(account))
    add = event_lines.add

    def full(found: event_lines.Prepared) -> list[event_lines.Values]:
        if len(found) == 1:
            raise OperationalError("database or disk is full")
        return add(found)

    with monkeypatch.context() as broken:
        broken.setattr(event_lines, "add", full)
        with pytest.raises(OperationalError):
            own_journal.drain()
    assert Event.objects.count() == journal._BATCH
    assert not Usage.objects.exists()
    assert own_journal.drain() == number
    assert Event.objects.count() == Usage.objects.get().reads == number


def test_events_of_a_deleted_account_go_with_it(account: Account, own_journal: Journal) -> None:
    other = make_account("Other", "other@example.test")
    own_journal.append(event(account))
    own_journal.append(event(other, "GetUser"))
    account.delete()
    assert own_journal.drain() == 1
    assert Event.objects.get().account == other


def test_a_line_that_was_cut_off_does_not_stop_the_others(
    account: Account, own_journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    own_journal.append(event(account))
    own_journal.close()
    [file] = own_journal.folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole + whole[: len(whole) // 2])
    assert own_journal.drain() == 1
    assert "cut off" in caplog.text


def test_an_event_that_lacks_something_is_put_aside_and_holds_up_no_other(
    account: Account, own_journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    own_journal.append(event(account, "Wrong", region=None))
    own_journal.close()
    own_journal.append(event(account))
    assert own_journal.drain() == 1
    assert Event.objects.get().name == "GetUser"
    assert [path.suffix for path in own_journal.folder.iterdir()] == [".refused"]
    assert "cannot hold the audit events" in caplog.text


def test_the_file_of_a_living_journal_is_left_to_it(account: Account, own_journal: Journal) -> None:
    living = Journal(own_journal.folder)
    living.append(event(account))
    assert own_journal.drain() == 0
    living.append(event(account))
    living.close()
    assert own_journal.drain() == 2


def test_who_cannot_wait_sees_what_a_living_journal_keeps_and_it_counts_once(
    account: Account, own_journal: Journal
) -> None:
    living = Journal(own_journal.folder)
    living.append(event(account, read_only=True))
    own_journal.gather()
    own_journal.gather()
    assert Event.objects.count() == 1
    assert not Usage.objects.exists()
    living.close()
    assert own_journal.drain() == 1
    assert Event.objects.count() == 1
    assert Usage.objects.get().reads == 1


def test_what_changes_kept_is_left_to_another_process_that_moves_it_just_now(
    account: Account, own_journal: Journal
) -> None:
    outbox.add(change(account))
    own_journal.append(event(account))
    own_journal.close()
    with (own_journal.folder / "outbox.lock").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        own_journal.drain_in_turn()
        assert [moved.name for moved in Event.objects.all()] == ["GetUser"]
    own_journal.drain_in_turn()
    assert Event.objects.count() == 2


def test_a_line_that_is_still_being_written_waits(
    account: Account, own_journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    living = Journal(own_journal.folder)
    living.append(event(account))
    [file] = own_journal.folder.iterdir()
    with file.open("ab") as more:
        more.write(b'{"half')
    own_journal.gather()
    living.close()
    assert Event.objects.count() == 1
    assert "cut off" not in caplog.text


def test_what_cannot_be_kept_is_not_answered(account: Account, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceUnavailable):
        Journal(tmp_path / "file" / "folder").append(event(account))


def test_a_full_disk_costs_the_event_that_was_refused_and_no_other(
    account: Account, own_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    own_journal.append(event(account, "GetUser"))
    with monkeypatch.context() as full:
        full.setattr("identity.journal.os.write", lambda file, line: write(file, line[:40]))
        with pytest.raises(ServiceUnavailable):
            own_journal.append(event(account, "ListUsers"))
    own_journal.append(event(account, "GetPolicy"))
    assert own_journal.drain() == 2
    assert {kept.name for kept in Event.objects.all()} == {"GetUser", "GetPolicy"}


def test_parallel_threads_lose_nothing(account: Account, own_journal: Journal) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda number: own_journal.append(event(account, f"Get{number}")), range(200))
        )
    assert own_journal.drain() == 200


def rows(data: Path, query: str) -> int:
    database = sqlite3.connect(data / "bartizan.db")
    try:
        return int(database.execute(query).fetchone()[0])
    finally:
        database.close()


def eventually(question: Any, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_reads_and_refusals_survive_workers_that_are_killed(
    tmp_path: Path, new_account: NewAccount
) -> None:
    with serving(tmp_path, workers=2) as server:
        _, key = new_account(server)
        iam, sts = server.client("iam", key), server.client("sts", key)
        acknowledged = {"read": 0, "refused": 0, "written": 0}
        for number in range(60):
            if number % 15 == 7:
                for worker in server.workers_of():
                    os.kill(worker, signal.SIGKILL)
            try:
                sts.get_caller_identity()
                acknowledged["read"] += 1
                with pytest.raises(iam.exceptions.NoSuchEntityException):
                    iam.get_user(UserName="Nobody")
                acknowledged["refused"] += 1
                iam.create_user(UserName=f"user{number}")
                acknowledged["written"] += 1
            except ClientError:
                raise
            except Exception:  # the connection of a killed worker
                time.sleep(0.2)
        assert min(acknowledged.values()) > 40
        where = "select count(*) from identity_event where name = "
        counts = {
            "read": lambda: rows(tmp_path, where + "'GetCallerIdentity'"),
            "refused": lambda: rows(tmp_path, where + "'GetUser' and error_code='NoSuchEntity'"),
            "written": lambda: rows(tmp_path, where + "'CreateUser'"),
        }
        for kind, count in counts.items():
            assert eventually(lambda count=count, kind=kind: count() >= acknowledged[kind]), kind
    # A half object would be a user without its event, or an event without its user.
    users = "select count(*) from identity_user where name like 'user%'"
    assert rows(tmp_path, users) == counts["written"]()
    assert rows(tmp_path, users) >= acknowledged["written"]


def test_a_server_stops_gracefully_and_the_next_one_finds_what_it_kept(
    tmp_path: Path, new_account: NewAccount
) -> None:
    with serving(tmp_path, workers=1) as server:
        _, key = new_account(server)
        server.client("sts", key).get_caller_identity()
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 10
        server.start()
        where = "select count(*) from identity_event where name = 'GetCallerIdentity'"
        assert eventually(lambda: rows(tmp_path, where) == 1)
