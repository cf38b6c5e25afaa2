"""One live server a module, with an account whose root has an access key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import Key
from tests.live_server import LiveServer, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture(scope="module")
def root_key(server: LiveServer) -> Key:
    return server.account()[1]
