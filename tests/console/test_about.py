"""About and status: true of this very release."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from console import health, notices, parity
from console.search_words import PAGES
from identity import unsigned
from identity.models import OutboxEvent, User
from identity.operations import registry
from tests.console.conftest import SignedIn, sign_in
from tests.console.pages import text
from tests.default_database import default_database

LATER = {"credential-report", "export", "switch-role"}


def test_every_answered_action_has_a_page_or_a_reason() -> None:
    rows = parity.rows()
    assert {(row.service, row.action) for row in rows} == {*registry.TABLE, *unsigned.TABLE}
    for row in rows:
        assert bool(row.page) != bool(row.reason), row


def test_every_page_of_the_list_is_there() -> None:
    missing = {row.page for row in parity.rows() if row.page and not row.url}
    assert missing <= LATER
    assert missing <= {page.url_name for page in PAGES}


def test_every_package_is_named_with_its_licence() -> None:
    found = {notice.name.lower(): notice for notice in notices.notices()}
    assert {"django", "cryptography", "lxml"} <= set(found)
    assert "BSD" in found["django"].licence
    assert all(notice.licence for notice in found.values())


def test_the_page_tells_version_addresses_and_limits(signed_in: SignedIn, ben: User) -> None:
    words = text(signed_in(ben).get("/about"))
    for part in ("0.1.0", "Apache-2.0", "iam:CreateUser", "IAM 2010-05-08", "Django"):
        assert part in words


def test_strangers_learn_no_version(client: Client, db: None) -> None:
    assert client.get("/about").status_code == 302
    assert client.get("/status").status_code == 302


def test_root_sees_the_checks_and_others_do_not(root: User, ana: User) -> None:
    words = text(sign_in(root).get("/status"))
    assert "Reachable and up to date" in words
    assert sign_in(ana).get("/status").status_code == 403


def test_programs_learn_whether_it_works_and_nothing_more(client: Client, db: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["database"] == "ok"
    assert "http" not in answer.content.decode()


@pytest.mark.django_db
def test_missing_migrations_are_no_health(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_missing_migrations", lambda: 2)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")


def test_an_audit_event_that_the_log_cannot_hold_is_told_of(root: User) -> None:
    browser = sign_in(root)
    assert "Nothing was put aside" in text(browser.get("/status"))
    OutboxEvent.objects.create(line="{}", is_refused=True)
    assert "1 audit event was not taken" in text(browser.get("/status"))
    answer = browser.get("/healthz")
    assert (answer.status_code, answer.json()["checks"]["journal"]) == (200, "warn")


def test_a_database_without_its_tables_is_no_health(
    client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    with django_db_blocker.unblock(), default_database(empty):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
