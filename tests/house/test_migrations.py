"""Migrations: none is missing, and each can be taken back from a database with rows in it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
APPS = ("federation", "identity", "console")
STORY = """
from django.core.management import call_command
from identity.models import AccessKey, ManagedPolicy, User
from tests.factories import attach, make_account
from tests.one_of_each import fill

def migrate(*where):
    call_command("migrate", *where, verbosity=0)

migrate()
fill(make_account(alias="example"))
attach(User.objects.get(name="li"), ManagedPolicy.objects.shipped().get(name="IAMFullAccess"))
for app, first in {firsts}:
    migrate(app, first)
migrate()
print(User.objects.count(), AccessKey.objects.count())
for app in ("console", "federation", "identity"):
    migrate(app, "zero")
"""


def manage(data: Path, *arguments: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE")}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**environment, "BARTIZAN_DATA_DIR": str(data)},
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
    story = STORY.format(firsts=[(app, _first(app)) for app in APPS])
    counted = manage(tmp_path, "shell", "--verbosity", "0", "--command", story)
    assert counted.split() == ["2", "1"]
    assert not [name for name in _tables(tmp_path) if name.startswith(APPS)]


def _first(app: str) -> str:
    return next(path.stem for path in sorted((ROOT / app / "migrations").glob("0001_*.py")))


def _tables(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "bartizan.db")) as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in rows]
