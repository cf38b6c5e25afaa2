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
ROWS = """
from tests.factories import attach, make_account
from tests.one_of_each import fill
from identity.models import ManagedPolicy, User
fill(make_account(alias="example"))
attach(User.objects.get(name="li"), ManagedPolicy.objects.shipped().get(name="IAMFullAccess"))
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
    manage(tmp_path, "migrate", "--verbosity", "0")
    manage(tmp_path, "shell", "--verbosity", "0", "--command", ROWS)
    for app in APPS:
        first = next(path.stem for path in sorted((ROOT / app / "migrations").glob("0001_*.py")))
        manage(tmp_path, "migrate", "--verbosity", "0", app, first)
    manage(tmp_path, "migrate", "--verbosity", "0")
    counted = manage(
        tmp_path,
        *("shell", "--verbosity", "0", "--command"),
        "from identity.models import *; print(User.objects.count(), AccessKey.objects.count())",
    )
    assert counted.split() == ["2", "1"]
    for app in ("console", "federation", "identity"):
        manage(tmp_path, "migrate", "--verbosity", "0", app, "zero")
    assert not [name for name in _tables(tmp_path) if name.startswith(APPS)]


def _tables(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "bartizan.db")) as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in rows]
