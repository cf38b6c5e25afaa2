"""What a walk through the console has seen: once for all tests of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from console.jobs.rows import Job, State
from identity import journal
from identity.models import Account, User
from tests import one_of_each
from tests.console.conftest import sign_in
from tests.every_page import addresses, forms, steps
from tests.every_page.walk import Shown, look_at, passing
from tests.factories import (
    ADMINISTRATOR,
    make_account,
    make_group,
    make_managed_policy,
    make_role,
    make_user,
)

Apart = Callable[[], AbstractContextManager[Path]]


@dataclass(frozen=True)
class Walk:
    """Through an account with a row of each kind; and what each form answered to wrong data."""

    pages: list[Shown]
    sent: list[forms.Sent]
    denied: list[Shown]


@pytest.fixture(scope="session")
def apart(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Apart:
    """Tables and a journal to write to, of which nothing stays."""

    @contextmanager
    def entered() -> Iterator[Path]:
        folder = tmp_path_factory.mktemp("walk")
        own = journal.Journal(folder / "journal")
        with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), passing():
            for name in ("append", "drain", "gather"):
                patch.setattr(journal, name, getattr(own, name))
            with closing(own):
                yield folder

    return entered


@pytest.fixture(scope="session")
def walk(apart: Apart, pytestconfig: pytest.Config) -> Walk:
    every = pytestconfig.getoption("every_page")
    with apart():
        account, ana = _people()
        one_of_each.fill(account)
        _fill_more(account)
        browser = sign_in(ana)
        filled = look_at(browser, "filled", [at for _, at in addresses.named_pages(account)])
        asked = look_at(browser, "asked", addresses.questions(account), status=0)
        of_root = look_at(sign_in(account.root), "root", addresses.OF_ROOT)
        return Walk(
            [*filled, *asked, *of_root],
            forms.send_all(browser, filled),
            _denied(account, [one.address for one in filled][:: 1 if every else 12]),
        )


@pytest.fixture(scope="session")
def rest(apart: Apart) -> list[Shown]:
    """Pages that nothing is on yet, and those that only a step before leads to."""
    with apart() as folder:
        with passing():
            seen = list(steps.setting_up(folder))
        account, ana = _people()
        browser = sign_in(ana)
        tabs = [f"/iam/users/ana/{tab}" for tab in ("permissions", "tags", "groups", "activity")]
        seen += look_at(browser, "empty", [*addresses.plain_pages(), *tabs])
        with passing():
            seen += steps.signing_in(account)
        one_of_each.fill(account)
        return seen + steps.wizards(account, ana)


def _people() -> tuple[Account, User]:
    account = make_account("Example", alias="example")
    return account, make_user(account, "ana", allow=ADMINISTRATOR)


def _fill_more(account: Account) -> None:
    """Lists of more than one page, names that are as long as can be, jobs that came to an end."""
    for number in range(26):
        make_user(account, f"user-{number:02}")
    make_user(account, "u" * 64)
    make_role(account, "r" * 64)
    make_group(account, "g" * 128)
    make_managed_policy(account, "p" * 128, ADMINISTRATOR)
    for state in (State.RUNNING, State.DONE, State.FAILED):
        Job.objects.create(account=account, kind="export", state=state, user=account.root)


def _denied(account: Account, asked: list[str]) -> list[Shown]:
    """What somebody without a policy is shown instead."""
    browser = sign_in(make_user(account, "nobody"))
    return look_at(browser, "denied", asked, status=403)
