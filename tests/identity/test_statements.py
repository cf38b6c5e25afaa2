"""Statements that go past Django's cursors keep what those promise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from identity.models import Account, User, statements
from tests.default_database import default_database

ALIAS = "SELECT id FROM identity_account WHERE alias = %s"
RENAME = "UPDATE identity_account SET alias = %s WHERE id = %s"


def test_rows_are_tuples_and_changes_are_counted(account: Account) -> None:
    assert statements.fetch(ALIAS, ["example"]) == [(account.pk,)]
    assert statements.fetch(ALIAS, ["nobody"]) == []
    assert statements.execute(RENAME, ["other", account.pk]) == 1
    assert statements.execute(RENAME, ["other", "nobody"]) == 0
    account.refresh_from_db()
    assert account.alias == "other"


def test_the_errors_are_djangos(account: Account) -> None:
    insert = "INSERT INTO identity_account (id, name) VALUES (%s, %s)"
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.execute(insert, [account.pk, "Twice"])
    for run in (statements.execute, statements.fetch):
        with pytest.raises(OperationalError, match="no such table"), transaction.atomic():
            run("SELECT 1 FROM nowhere")


def test_a_row_that_is_found_late_has_djangos_errors_too(db: None) -> None:
    """SQLite works a row out when it is fetched."""
    late = "SELECT abs(n) FROM (SELECT 1 AS n UNION ALL SELECT -9223372036854775808)"
    with pytest.raises(OperationalError, match="integer overflow"):
        statements.fetch(late)


def test_a_transaction_that_broke_takes_no_more(account: Account) -> None:
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            User.objects.create(account=account, unique_id=account.root.unique_id)
        for run in (statements.execute, statements.fetch):
            with pytest.raises(TransactionManagementError):
                run(ALIAS, ["example"])
        transaction.set_rollback(False)  # the outer one is the test's
    assert statements.fetch(ALIAS, ["example"]) == [(account.pk,)]


def test_who_counts_queries_counts_these(account: Account) -> None:
    with CaptureQueriesContext(connection) as captured:
        statements.fetch(ALIAS, ["example"])
        statements.execute(RENAME, ["other", account.pk])
    assert [query["sql"][:6] for query in captured] == ["SELECT", "UPDATE"]
    assert "'example'" in captured[0]["sql"]


def test_who_wraps_queries_sees_these_and_can_refuse_them(account: Account) -> None:
    seen: list[Any] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, list(params)))
        return execute(sql, params, many, context)

    def refuse(*_: Any) -> Any:
        raise PermissionError

    with connection.execute_wrapper(look):
        assert statements.fetch(ALIAS, ["example"]) == [(account.pk,)]
    assert seen == [(ALIAS, ["example"])]
    with connection.execute_wrapper(refuse), pytest.raises(PermissionError):
        statements.execute(RENAME, ["other", account.pk])


HOSTILE = ["%", "%s", "%%s", "?", "?1", ":a", "'; DROP TABLE identity_user; --", "\\", "a\0b", "é"]


@pytest.fixture(params=["driver", "cursor"])
def how(request: pytest.FixtureRequest) -> Iterator[None]:
    """Near the driver, and by Django's cursor, as for who counts queries."""
    if request.param == "driver":
        yield
    else:
        with CaptureQueriesContext(connection):
            yield


@pytest.mark.usefixtures("db", "how")
def test_a_value_comes_back_as_it_went_and_a_percent_sign_of_the_text_stays() -> None:
    for value in HOSTILE:
        [(same, sign)] = statements.fetch("SELECT %s, '100 %% of %%s'", [value])
        assert (same, sign) == (value, "100 % of %s")
    assert statements.fetch("SELECT 5 %% 3") == [(2,)]


def test_a_connection_that_was_closed_is_opened_again(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), default_database(f"sqlite:///{tmp_path / 'empty.db'}"):
        for _ in range(2):
            assert statements.fetch("PRAGMA foreign_keys") == [(1,)], "as the settings say"
            connection.close()


def test_a_test_that_named_no_database_reaches_none() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        statements.fetch("SELECT 1")
