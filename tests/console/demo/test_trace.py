"""What comes from the directory leaves a trace, and each fault is in it by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from console.demo import saml
from federation.checks import Reason
from federation.models import FederatedAttempt
from tests.console.demo.test_directory import at_work, press_tile
from tests.console.pages import hidden, text

SetUp = Callable[[str], Any]


@pytest.fixture
def ines(set_up: SetUp) -> Client:
    set_up("directory")
    return at_work("ines")


def carry(browser: Client, tile: Any) -> Any:
    """What the browser does with the page after the tile: posts its form to the console."""
    return browser.post("/saml", hidden(tile))


def test_who_comes_in_leaves_a_trace(ines: Client, administrator: Client) -> None:
    arrived = carry(ines, press_tile(ines))
    assert ines.get(arrived.headers["Location"]).headers["Location"] == "/home"
    attempt = FederatedAttempt.objects.get()
    page = text(administrator.get(f"/demo/trace/{attempt.pk}"))
    assert "Accepted" in page
    assert "ines@harbourmill.example" in page
    assert attempt.key_id in page


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (saml.EXPIRED, "TIME"),
        (saml.WRONG_AUDIENCE, "AUDIENCE"),
        (saml.UNSIGNED, "SIG_MISSING"),
        (saml.FOREIGN_KEY, "SIG_VALUE"),
        (saml.UNKNOWN_ROLE, "ROLE"),
    ],
)
def test_each_fault_is_refused_by_its_name_and_traced(
    ines: Client, administrator: Client, fault: str, refusal: str
) -> None:
    arrived = carry(ines, press_tile(ines, fault=fault))
    if arrived.status_code == 303:
        arrived = ines.get(arrived.headers["Location"])
    assert arrived.status_code >= 400
    assert ines.get("/home").status_code == 302
    attempt = FederatedAttempt.objects.get()
    assert (attempt.outcome, attempt.refusal) == (FederatedAttempt.REFUSED, refusal)
    page = text(administrator.get(f"/demo/trace/{attempt.pk}"))
    assert Reason[refusal].value in page
    assert "Does not fit" in page
    assert str(attempt.pk) in administrator.get("/demo").content.decode()
