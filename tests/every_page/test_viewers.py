"""Every address answers seven kinds of people with the right kind of status (console.md 6.1, A18).

Signed out and without permission always; of the others one at a time, and all by `--every-page`.
Nothing is drawn: what stands on the pages is looked at elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pytest

from identity.models import Account, User
from tests import one_of_each
from tests.every_page.addresses import every_address
from tests.every_page.viewers import WHO, kind, viewers
from tests.every_page.walk import passing

_TABLE = Path(__file__).with_name("viewers.txt")
_ALWAYS = 2


def _expected() -> dict[str, list[str]]:
    """By the name of an address, what each of the seven is answered."""
    found, answers = {}, [""]
    for line in _TABLE.read_text().splitlines():
        if line.startswith("    "):
            found.update(dict.fromkeys(line.split(), answers))
        elif line and not line.startswith("#"):
            answers = line.split()
    return found


def _asking(name: str, every: bool) -> tuple[str, ...]:
    if every:
        return WHO
    turn = _ALWAYS + crc32(name.encode()) % (len(WHO) - _ALWAYS)
    return (*WHO[:_ALWAYS], WHO[turn])


def test_every_address_answers_each_viewer_as_it_should(
    account: Account, ana: User, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    one_of_each.fill(account)
    browsers, expected = viewers(account, ana), _expected()
    every = pytestconfig.getoption("every_page")
    monkeypatch.setattr("django.template.base.Template.render", lambda *_: "")
    wrong, seen = {}, set()
    for name, address in every_address(account):
        seen.add(name)
        for who in _asking(name, every):
            with passing():
                answered = kind(browsers[who].get(address))
            meant = expected[name][WHO.index(who)] if name in expected else "not in the table"
            if answered != meant:
                wrong[f"{who}: {address} ({name})"] = f"{answered}, not {meant}"
    assert wrong == {}
    assert set(expected) == seen, "the table names what is not there"


def test_nobody_without_permission_is_shown_more_than_a_reader() -> None:
    """The table itself: who may more is never refused what who may less is shown."""
    less = [name for name, row in _expected().items() if row[1] == "shown" and row[3] != "shown"]
    unread = [name for name, row in _expected().items() if row[2] == "shown" and row[3] == "403"]
    assert (less, unread) == ([], [])
