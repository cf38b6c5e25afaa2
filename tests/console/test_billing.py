"""Billing: root's alone until root opens it; what is shown was counted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from identity import journal
from identity.models import Account, ConsoleSettings, Usage, User
from tests.console.conftest import SignedIn, sign_in
from tests.console.pages import text
from tests.events import logged


@pytest.fixture
def browser(signed_in: SignedIn, root: User) -> Client:
    return signed_in(root)


def test_an_administrator_is_told_what_root_means(
    browser: Client, signed_in: SignedIn, ana: User
) -> None:
    administrator = signed_in(ana)
    answer = administrator.get("/billing")
    assert answer.status_code == 403
    assert "Only the root user may see billing until it turns on access" in text(answer)
    assert 'href="/billing"' not in administrator.get("/iam").content.decode()
    assert 'href="/billing"' in browser.get("/iam").content.decode()


def test_root_opens_it_and_policies_decide_from_then_on(
    browser: Client, ana: User, ben: User
) -> None:
    assert browser.post("/billing/access", {"open": "yes"}).status_code == 303
    assert sign_in(ana).get("/billing").status_code == 200
    assert 'href="/billing"' in sign_in(ana).get("/home").content.decode()
    denied = sign_in(ben).get("/billing")
    assert denied.status_code == 403
    assert "aws-portal:ViewBilling" in denied.content.decode()
    browser.post("/billing/access", {"open": "no"})
    assert sign_in(ana).get("/billing").status_code == 403


def test_nobody_else_opens_it(signed_in: SignedIn, ana: User) -> None:
    assert signed_in(ana).post("/billing/access", {"open": "yes"}).status_code == 403
    assert not ConsoleSettings.objects.exists()


def test_opening_it_is_in_the_log(browser: Client) -> None:
    browser.post("/billing/access", {"open": "yes"})
    event = logged().get(name="ModifyBilling")
    assert event.request_parameters == {"openToUsersAndRoles": True}
    assert (event.source, event.read_only) == ("aws-portal.amazonaws.com", False)


def test_reads_and_changes_are_counted_as_they_happen(
    browser: Client, iam: Any, ana: User, cleo: User, account: Account
) -> None:
    client = iam(ana)
    for _ in range(3):
        client.list_users()
    client.create_group(GroupName="ops")
    iam(cleo).list_users()
    journal.drain()
    assert Usage.objects.get(account=account).reads == 3
    words = text(browser.get("/billing"))
    assert re.search(r"Changes, refused changes and sign-ins 1 ", words)
    assert "0.00 – nothing is charged" in words
