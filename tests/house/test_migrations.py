"""Migrations: none is missing, and each can be taken back from a database with rows in it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests import prepared

ROOT = Path(__file__).resolve().parents[2]
APPS = ("federation", "identity", "console")
BACK = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from identity import outbox
from identity.models import Event, ManagedPolicy, User
from tests.factories import attach, make_account
from tests.one_of_each import fill

account = make_account(alias="example")
fill(account)
outbox.add(Event(account=account, name="CreateUser", error_message="waits"))
attach(User.objects.get(name="li"), ManagedPolicy.objects.shipped().get(name="IAMFullAccess"))
MigrationExecutor(connection).migrate({firsts})
"""
FORTH = """
from django.core.management import call_command
from identity import journal
from identity.models import AccessKey, Event, User

call_command("migrate", verbosity=0)
journal.drain()
waited = Event.objects.filter(error_message="waits")
print(User.objects.count(), AccessKey.objects.count(), waited.count())
"""
AWAY = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

MigrationExecutor(connection).migrate({nothing})
"""


def told(data: Path, story: str) -> str:
    """What the story prints in a process of its own, whose data is there."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", story],
        cwd=ROOT,
        env=prepared.environment(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_every_migration_goes_back_and_forth_with_rows_in_the_tables(tmp_path: Path) -> None:
    data, bare = tmp_path / "data", tmp_path / "bare"
    prepared.copy_to(data)
    told(data, BACK.format(firsts=[(app, _first(app)) for app in APPS]))
    shutil.copytree(data, bare)
    assert told(data, FORTH).split() == ["2", "1", "1"]
    told(bare, AWAY.format(nothing=[(app, None) for app in APPS]))  # from where it is not far
    assert not [name for name in _tables(bare) if name.startswith(APPS)]


def _first(app: str) -> str:
    return next(path.stem for path in sorted((ROOT / app / "migrations").glob("0001_*.py")))


def _tables(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "bartizan.db")) as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in rows]
