"""An account of each module's own on the live server, whose root has an access key."""

from __future__ import annotations

import pytest

from tests.conftest import NewAccount
from tests.factories import Key
from tests.live_server import LiveServer


@pytest.fixture(scope="module")
def root_key(server: LiveServer, new_account: NewAccount) -> Key:
    return new_account(server)[1]
