"""`manage.py serve`: the production server; SIGTERM lets running requests finish."""

from __future__ import annotations

import fcntl
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from console import setup_token
from console.server import Server, close_connections
from identity import journal
from identity.models import Account


class Command(BaseCommand):
    help = "Serve the console and the API with a production WSGI server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 8))
        parser.add_argument("--migrate", action="store_true", help="apply migrations first")

    def handle(self, **options: Any) -> None:
        if options["workers"] < 1:
            raise CommandError(f"`{options['workers']}` workers cannot serve")
        self._prepare_database(migrate=options["migrate"])
        self._collect_static()
        journal.drain()  # what workers that were killed left behind
        self._say_where(options["host"], options["port"])
        close_connections()
        host = f"[{options['host']}]" if ":" in options["host"] else options["host"]
        bind = f"{host}:{options['port']}"
        Server(_application, bind=bind, workers=options["workers"]).run()

    def _prepare_database(self, *, migrate: bool) -> None:
        if migrate:
            call_command("migrate", interactive=False, verbosity=0)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("migrations are missing: run manage.py migrate or serve --migrate")

    def _collect_static(self) -> None:
        """Hash and compress static files again when one is newer than the last time."""
        if settings.DEBUG:
            return
        root = Path(settings.STATIC_ROOT)
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".lock").open("w") as lock:  # servers that start together collect once
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _newest(settings.STATICFILES_DIRS) > _made_at(root / "staticfiles.json"):
                call_command("collectstatic", interactive=False, verbosity=0)

    def _say_where(self, host: str, port: int) -> None:
        self.stdout.write(f"Bartizan {settings.VERSION} listens on {host}:{port}")
        self.stdout.write(f"console and SDK endpoint: {settings.BASE_URL}/")
        if not Account.objects.exists():
            link = f"{settings.BASE_URL}/setup?token={setup_token.read()}"
            self.stdout.write(f"there is no account yet: open {link}")
        self.stdout.flush()  # a service manager reads it through a pipe


def _application() -> Any:
    return import_module("console.wsgi").application


def _newest(folders: list[Path]) -> float:
    """When the youngest of these files was changed."""
    return max(path.stat().st_mtime for folder in folders for path in folder.rglob("*"))


def _made_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
