"""The corporate directory leads into the console: the whole way, and each fault to try."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from federation.models import FederatedAttempt
from identity.models import TemporarySession
from tests.console.demo.test_directory import at_work, press_tile
from tests.console.pages import hidden, text


@pytest.fixture
def ines(set_up: Any) -> Client:
    set_up("directory")
    return at_work("ines")


def bring(browser: Client, **chosen: Any) -> Any:
    """Press the tile and continue; the console's answer."""
    return browser.post("/saml", hidden(press_tile(browser, **chosen)), follow=True)


def test_one_role_leads_into_the_console(ines: Client) -> None:
    answer = bring(ines)
    assert answer.redirect_chain[-1] == ("/home", 303)
    assert answer.context["caller"].name == "DemoDeveloper/ines@harbourmill.example"


def test_two_roles_are_a_choice_and_tags_come_along(ines: Client) -> None:
    page = bring(
        ines,
        roles=["DemoDeveloper", "DemoAuditor"],
        tags="department=engineering",
        source_identity="ines",
    )
    options = [one for _account, listed in page.context["accounts"] for one in listed]
    auditor = next(one.role_arn for one in options if one.label == "DemoAuditor")
    ines.post("/saml/roles", {**hidden(page), "role": auditor})
    row = TemporarySession.objects.get(operation="AssumeRoleWithSAML")
    assert row.tags == {"department": "engineering"}
    assert row.source_identity == "ines"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("expired", "Response has expired"),
        ("wrong-audience", "Response does not contain the required audience."),
        ("unsigned", "must contain an assertion with a mandatory signature"),
        ("foreign-key", "Response signature invalid"),
        ("unknown-role", "Not authorized to perform sts:AssumeRoleWithSAML"),
    ],
)
def test_each_fault_is_refused_for_what_it_is(ines: Client, fault: str, sentence: str) -> None:
    page = bring(ines, fault=fault)
    assert page.status_code == 403
    assert sentence in text(page)
    assert str(FederatedAttempt.objects.get().pk) in text(page)
