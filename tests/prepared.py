"""A data directory as the first start of a server leaves it: made once, copied for each server.

It stays in pytest's cache until a migration or what migrations load changes, and is shared by all
processes of a run. That migrations work is told by tests/house/test_migrations.py, which runs them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import django

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "bartizan.db"
_MADE_OF = ("*/migrations/*.py", "identity/data/**/*", "identity/managed_policies.py")
_CACHE = PROJECT / ".pytest_cache" / "prepared"
_FIRST_START = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""


def environment(data: Path) -> dict[str, str]:
    """Of a process whose data is there, whatever the settings of this one are."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BARTIZAN_", "DATABASE_"))}
    return {**kept, "BARTIZAN_DATA_DIR": str(data)}


def copy_to(data: Path) -> None:
    """Make this the data directory of a server that need not migrate."""
    shutil.copytree(directory(), data, dirs_exist_ok=True)


@cache
def directory() -> Path:
    """The directory to copy from; whoever comes first makes it, the others wait."""
    made = _CACHE / _key()
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(made)
    return made


def _make(made: Path) -> None:
    with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
        data = Path(folder) / "data"
        command = ["shell", "--verbosity", "0", "--command", _FIRST_START]
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env=environment(data),
            check=True,
        )
        data.rename(made)


def _key() -> str:
    """Other migrations, or another Django, make another database."""
    told = hashlib.sha256(django.__version__.encode())
    for pattern in _MADE_OF:
        for path in sorted(PROJECT.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                told.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return told.hexdigest()[:16]
