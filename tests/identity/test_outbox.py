"""A change and its event are one thing; who reads the log sees both at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError, transaction
from django.utils import timezone

from identity import event_lines, journal, outbox, usage
from identity.callers import Caller
from identity.facts import Facts
from identity.gateway import Client as Sdk
from identity.models import Account, Event, LastAccess, OutboxEvent, Usage, User
from tests.conftest import NewAccount
from tests.console.conftest import sign_in
from tests.console.pages import text
from tests.events import change
from tests.factories import make_account
from tests.identity.test_journal import eventually, rows
from tests.live_server import serving


def client(user: User, at: datetime | None = None) -> Any:
    return Sdk(Caller(user), Facts(at=at) if at else Facts(), "iam")


def waiting() -> list[str]:
    """The names of the events that nobody moved yet."""
    return [json.loads(row.line)["name"] for row in OutboxEvent.objects.order_by("pk")]


# --- neither without the other ---------------------------------------------------------------


def test_a_change_that_is_taken_back_leaves_no_event(ana: User) -> None:
    with transaction.atomic():
        client(ana).create_user(UserName="Li")
        assert waiting() == ["CreateUser"]
        transaction.set_rollback(True)
    assert not User.objects.filter(name="Li").exists()
    assert outbox.move() == 0


def test_a_change_whose_event_cannot_be_kept_is_not_made(
    ana: User, iam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Event) -> str:
        raise OSError

    with monkeypatch.context() as full:
        full.setattr(event_lines, "line", broken)
        full.setattr(journal, "append", lambda _: None)
        with pytest.raises(iam(ana).exceptions.ServiceFailureException):
            iam(ana).create_user(UserName="Li")
    assert not User.objects.filter(name="Li").exists()
    assert not OutboxEvent.objects.exists()


# --- what is moved ---------------------------------------------------------------------------


def test_an_event_is_moved_once_and_whole(account: Account) -> None:
    made = change(
        account,
        time=datetime(2026, 2, 28, 23, 59, 59, 123456, tzinfo=UTC),
        user_identity={"type": "IAMUser", "arn": "arn:aws:iam::1:user/é"},
        request_parameters={"userName": 'li "\u2028"\n', "tags": [{"key": "a", "value": ""}]},
        response_elements={"user": {"createDate": "Feb 28, 2026"}},
        additional_event_data={"MFAUsed": "No"},
        decision={"layers": []},
    )
    outbox.add(made)
    assert (outbox.move(), outbox.move()) == (1, 0)
    moved = Event.objects.get()
    assert moved.describe() == made.describe()
    assert (moved.time, moved.decision) == (made.time, made.decision)
    assert not OutboxEvent.objects.exists()


def test_an_event_that_is_there_already_is_not_written_twice(account: Account) -> None:
    made = change(account)
    outbox.add(made)
    made.save(force_insert=True)
    outbox.move()
    assert Event.objects.count() == 1
    assert not OutboxEvent.objects.exists()


def test_events_of_a_deleted_account_go_with_it(account: Account) -> None:
    other = make_account("Other", "other@example.test")
    outbox.add(change(account))
    outbox.add(change(other))
    account.delete()
    assert outbox.move() == 1
    assert Event.objects.get().account == other
    assert not OutboxEvent.objects.exists()


def test_more_than_a_batch_is_moved_at_once(account: Account) -> None:
    number = 2 * outbox._BATCH + 1
    outbox.add_all(change(account, f"Change{each}") for each in range(number))
    assert outbox.move() == number
    assert Event.objects.count() == number
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("a\0b\0", "a\ufffdb\ufffd"),
        ("\ud800", "?"),
        ("\\u0000", "\\u0000"),  # these six letters are no NUL
        ("\\\0", "\\\ufffd"),
        ("\uffff\u2028\U0001f600", "\uffff\u2028\U0001f600"),
    ],
)
def test_what_no_database_keeps_in_a_text_is_replaced(
    account: Account, told: str, kept: str
) -> None:
    outbox.add(change(account, user_agent=told, request_parameters={told: [told]}))
    assert outbox.move() == 1
    moved = Event.objects.get()
    assert moved.user_agent == kept
    assert moved.request_parameters == {kept: [kept]}


@pytest.fixture
def too_long(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the log cannot hold. SQLite holds texts of any length; tests/databases/test_outbox.py
    has one that PostgreSQL refuses."""
    store = event_lines.store

    def refusing(events: event_lines.Prepared) -> int:
        stored = store(events)
        if any(len(event["region"] or "") > 64 for event, _ in events):
            raise DataError("value too long")
        return stored

    monkeypatch.setattr(event_lines, "store", refusing)
    return {"region": "x" * 65}


@pytest.mark.parametrize("kind", ["too long", "nothing where something must be"])
def test_one_that_the_database_cannot_hold_does_not_hold_up_the_others(
    account: Account, too_long: dict[str, Any], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = too_long if kind == "too long" else {"region": None}
    outbox.add(change(account, "CreateUser"))
    outbox.add(change(account, "Wrong", **wrong))
    outbox.add(change(account, "DeleteUser"))
    assert outbox.move() == 2
    assert set(Event.objects.values_list("name", flat=True)) == {"CreateUser", "DeleteUser"}
    refused = OutboxEvent.objects.get()
    assert (refused.is_refused, json.loads(refused.line)["name"]) == (True, "Wrong")
    assert f"cannot hold event {refused.pk} of the outbox" in caplog.text
    caplog.clear()
    outbox.add(change(account, "TagUser"))
    assert outbox.move() == 1
    assert not caplog.records, "it is told once, not every second"


def test_moved_changes_tell_when_an_action_was_last_tried_and_count_as_no_read(
    ana: User, account: Account
) -> None:
    now = timezone.now()
    client(ana, now).create_user(UserName="Li")
    outbox.move()
    last = LastAccess.objects.get(principal=ana.unique_id)
    assert (last.service, last.action, last.time) == ("iam", "CreateUser", now)
    assert usage.changes(account, usage.month_began(now)) == (1, False)
    assert not Usage.objects.exists()


# --- who reads -------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/activity", "/home", "/iam", "/iam/users/ana/activity"])
def test_who_reads_sees_a_change_at_once(ana: User, page: str) -> None:
    browser = sign_in(ana)
    assert "CreateGroup" not in text(browser.get(page))
    client(ana).create_group(GroupName="ops")
    assert waiting() == ["CreateGroup"]
    assert "CreateGroup" in text(browser.get(page))


def test_a_change_is_counted_on_the_bill_at_once(ana: User, root: User) -> None:
    client(ana).create_user(UserName="Li")
    assert sign_in(root).get("/billing").context["changes"] == 1


def test_the_page_of_a_deleted_user_tells_at_once_who_did_it(ana: User) -> None:
    client(ana).create_user(UserName="Li")
    client(ana).delete_user(UserName="Li")
    page = sign_in(ana).get("/iam/users/Li")
    assert page.status_code == 410
    assert "By ana" in text(page)


def test_a_change_can_be_explained_at_once(ana: User) -> None:
    facts = Facts()
    Sdk(Caller(ana), facts, "iam").create_user(UserName="Li")
    page = sign_in(ana).get(f"/iam/explain/{facts.request_id}")
    assert page.status_code == 200
    assert "CreateUser" in text(page)


def test_a_server_moves_changes_though_nobody_reads(
    tmp_path: Path, new_account: NewAccount
) -> None:
    """No read and no refusal either: those would start the thread."""
    with serving(tmp_path, workers=1) as server:
        _, key = new_account(server)
        server.client("iam", key).create_user(UserName="li")
        where = "select count(*) from identity_event where name = 'CreateUser'"
        assert eventually(lambda: rows(tmp_path, where) == 1)
        assert rows(tmp_path, "select count(*) from identity_outboxevent") == 0
