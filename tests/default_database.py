"""Another database in the place of the default one, as the settings would set it up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import override_settings

from console.server import close_connections
from console.settings import env
from tests import prepared


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """Rows are read from and written to the database at this URL."""
    before, open_before = connections.settings["default"], connections["default"]
    connections.settings["default"] = _configured(url)
    del connections["default"]
    try:
        yield
    finally:
        close_connections()
        connections.settings["default"] = before
        connections["default"] = open_before


@contextmanager
def rows_of(data: Path) -> Iterator[None]:
    """Rows are those of a server with this data directory, sealed with its key."""
    key = override_settings(VAULT_FILE=data / "vault.key")
    with key, default_database(f"sqlite:///{data / prepared.DATABASE}"):
        yield


def _configured(url: str) -> dict[str, Any]:
    """As console/settings.py does, with what Django fills in by itself."""
    own = env.db_url_config(url)
    if url.startswith("sqlite"):
        own |= {"OPTIONS": settings.SQLITE, "CONN_MAX_AGE": None}
    else:
        pool = {"min_size": 1, "max_size": 16}
        own |= {"OPTIONS": {**own.get("OPTIONS", {}), "pool": pool}, "CONN_MAX_AGE": 0}
    return {**settings.DATABASES["default"], **own}
