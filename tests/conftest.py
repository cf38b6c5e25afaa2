"""People with known rights: root and ana may all, ben may nothing, cleo lives next door."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from identity import journal
from identity.models import Account, User
from tests.browser import launched
from tests.factories import ADMINISTRATOR, Key, make_account, make_key, make_user
from tests.sdk_in_process import release, sdk


def pytest_collection_finish() -> None:
    """Thousands of tests are kept until the end: no collection of garbage need look at them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[journal.Journal]:
    """Each test writes its audit journal where no other test reads."""
    own = journal.Journal(tmp_path / "journal")
    monkeypatch.setattr(journal, "append", own.append)
    monkeypatch.setattr(journal, "drain", own.drain)
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser
