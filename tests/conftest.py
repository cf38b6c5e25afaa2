"""People with known rights: root and ana may all, ben may nothing, cleo lives next door."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from identity import journal, policy_actions
from identity.hashers import Argon2id
from identity.models import Account, User
from tests import prepared
from tests.browser import launched
from tests.default_database import rows_of
from tests.factories import ADMINISTRATOR, Key, make_account, make_key, make_user
from tests.live_server import LiveServer, serving
from tests.order import dealt
from tests.sdk_in_process import release, sdk

# Tests leave little garbage: to look for it every 700 objects takes longer than it is worth.
gc.set_threshold(20_000, 50, 100)

# No case fails because the machine is slow.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

NewAccount = Callable[..., tuple[str, Key]]
REAL_FIGURES = {name: getattr(Argon2id, name) for name in ("memory_cost", "time_cost")}


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "do each task of tests/tasks in all four ways, not in two"
    parser.addoption("--every-way", action="store_true", help=told)
    told = "draw each page of tests/every_page in every state, theme and width, not in one"
    parser.addoption("--every-page", action="store_true", help=told)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process keeps to the order of the files."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        items[:] = dealt(items, processes)


def pytest_collection_finish() -> None:
    """Thousands of tests are kept until the end: no collection of garbage need look at them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> None:
    """The default database is in memory, a copy of one that was migrated before."""
    connection = connections["default"]
    in_memory = "file:tests?mode=memory&cache=shared"
    connection.close()
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = in_memory
    with django_db_blocker.unblock():
        _fill()


def _fill() -> None:
    """Whatever is in the database gives way to what migrations leave there."""
    connection = connections["default"]
    connection.ensure_connection()
    # Read where it is by processes that do not tell each other: none may write beside it.
    path = f"file:{prepared.directory() / prepared.DATABASE}?immutable=1"
    with closing(sqlite3.connect(path, uri=True)) as migrated:
        migrated.backup(connection.connection)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A test with transactions of its own empties every table in the end: fill them for the next,
    which on two processes may be any."""
    yield
    marker = item.get_closest_marker("django_db")
    if "live_server" in getattr(item, "fixturenames", ()) or (
        marker is not None and marker.kwargs.get("transaction")
    ):
        with item.config.stash[blocking_manager_key].unblock():
            _fill()


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Argon2id with figures that cost nothing; servers and commands, which are other processes,
    have the real ones, and so has a test that asks for `real_hashes`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2id, "memory_cost", 64)
        patch.setattr(Argon2id, "time_cost", 1)
        yield


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, figure in REAL_FIGURES.items():
        monkeypatch.setattr(Argon2id, name, figure)


@pytest.fixture
def time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy a delay would be over before the next try."""
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


@pytest.fixture(scope="session")
def journals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders for journals, not there yet: most tests keep no event, and need no folder."""
    above = tmp_path_factory.mktemp("journals")
    return (above / str(number) for number in count())


@pytest.fixture(autouse=True)
def own_index_of_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version keeps its number for ever, but for those of a test, which are taken back."""
    monkeypatch.setattr(policy_actions, "_index", {})


@pytest.fixture(autouse=True)
def own_journal(
    journals: Iterator[Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[journal.Journal]:
    """Each test writes its audit journal where no other test reads."""
    own = journal.Journal(next(journals))
    monkeypatch.setattr(journal, "append", own.append)
    monkeypatch.setattr(journal, "drain", own.drain)
    monkeypatch.setattr(journal, "gather", own.gather)
    yield own
    own.close()


@pytest.fixture(autouse=True)
def own_clients() -> Iterator[None]:
    """Clients are one test's at a time."""
    yield
    release()


@pytest.fixture
def account(db: None) -> Account:
    return make_account("Example", alias="example")


@pytest.fixture
def root(account: Account) -> User:
    return account.root


@pytest.fixture
def ana(account: Account) -> User:
    """An administrator."""
    return make_user(account, "ana", allow=ADMINISTRATOR)


@pytest.fixture
def ben(account: Account) -> User:
    """A user without any policy."""
    return make_user(account, "ben")


@pytest.fixture
def cleo(db: None) -> User:
    """An administrator of another account."""
    other = make_account("Partner", "root@partner.test", alias="partner")
    return make_user(other, "cleo", allow=ADMINISTRATOR)


@pytest.fixture
def iam() -> Callable[[User], Any]:
    """`iam(ana)`: a boto3 IAM client that signs with a fresh key of that principal."""
    return lambda user: sdk("iam", make_key(user))


@pytest.fixture
def sts() -> Callable[[User], Any]:
    return lambda user: sdk("sts", make_key(user))


@pytest.fixture
def key() -> Callable[[User], Key]:
    return make_key


@pytest.fixture(scope="session")
def one_chromium() -> Iterator[Browser]:
    """One browser for all tests of this process."""
    with launched() as browser:
        yield browser


@pytest.fixture
def chromium(one_chromium: Browser) -> Iterator[Browser]:
    """The browser; the contexts that a test makes in it end with the test."""
    before = one_chromium.contexts
    yield one_chromium
    for context in one_chromium.contexts:
        if context not in before:
            context.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One live server for all tests of this process that need no other settings: each takes a
    `new_account` there."""
    with serving(tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture(scope="session")
def new_account(django_db_blocker: DjangoDbBlocker) -> NewAccount:
    """`new_account(server)`: the ID of an account that is made there, and a key of its root.

    Written into the server's database by this process: a command takes seconds to start.
    """
    numbers = count(1)

    def made(server: LiveServer, email: str = "") -> tuple[str, Key]:
        with django_db_blocker.unblock(), rows_of(server.data):
            account = make_account("Example", email or f"root{next(numbers)}@example.test")
            return account.pk, make_key(account.root)

    return made
