"""The custom broker: each call of it is a real one, traced without its secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from console.demo.broker import GUEST_JOB, ROLE_JOB
from console.models import Demonstration
from identity.models import User
from tests.console.pages import hidden, text
from tests.events import logged

SetUp = Callable[[str], Any]
_LINK = re.compile(r'href="([^"]*/federation\?[^"]*)"')


@pytest.fixture
def tomas(set_up: SetUp) -> Client:
    set_up("broker")
    browser = Client()
    fields = hidden(browser.get("/demo/broker/sign-in"))
    browser.post("/demo/broker/sign-in", {**fields, "person": "tomas"})
    return browser


def ask_for(browser: Client, job: str) -> Any:
    return browser.post("/demo/broker/run", {**hidden(browser.get("/demo/broker")), "job": job})


def login_url(answer: Any) -> str:
    found = _LINK.search(answer.content.decode())
    assert found, text(answer)
    return unescape(found[1])


@pytest.mark.parametrize(
    ("job", "call", "who", "roles"),
    [
        (ROLE_JOB, "sts:AssumeRole", "DemoSupport", 200),
        (GUEST_JOB, "sts:GetFederationToken", "Federated: tomas", 403),
    ],
)
def test_a_job_opens_the_console(tomas: Client, job: str, call: str, who: str, roles: int) -> None:
    answer = ask_for(tomas, job)
    page = text(answer)
    assert call in page
    assert "GET /federation" in page
    arrived = tomas.get(login_url(answer))
    assert arrived.status_code == 302
    assert arrived.headers["Location"] == "/home"
    opened = tomas.get("/iam/roles")
    assert opened.status_code == roles
    assert who in opened.content.decode()


def test_a_login_address_opens_the_console_once(tomas: Client) -> None:
    address = login_url(ask_for(tomas, ROLE_JOB))
    assert tomas.get(address).status_code == 302
    assert Client().get(address).status_code == 400


def test_the_trace_hides_every_secret(tomas: Client) -> None:
    answer = ask_for(tomas, ROLE_JOB)
    words, row = text(answer), Demonstration.objects.get()
    assert row.secret not in answer.content.decode()
    assert row.secret.encode() not in bytes(row.sealed_secret)
    assert words.count("••••••••") >= 6
    token = login_url(answer).rpartition("SigninToken=")[2]
    assert token not in words
    assert answer.content.decode().count(token) == 1
    assert "credentials[" in words


def test_the_calls_are_in_the_accounts_record(tomas: Client, own_journal: Any) -> None:
    ask_for(tomas, ROLE_JOB)
    own_journal.drain()
    event = logged().get(name="AssumeRole")
    assert event.user_name == "DemoBroker"
    assert logged().filter(name="GetSigninToken").exists()


def test_a_refused_call_is_shown_and_opens_nothing(tomas: Client) -> None:
    User.objects.get(name="DemoBroker").policies.all().delete()
    answer = ask_for(tomas, GUEST_JOB)
    assert "A call was refused" in text(answer)
    assert "AccessDenied" in text(answer)
    assert not _LINK.search(answer.content.decode())


def test_an_unknown_job_or_account_is_not_found(tomas: Client) -> None:
    fields = hidden(tomas.get("/demo/broker"))
    assert tomas.post("/demo/broker/run", {**fields, "job": "root"}).status_code == 404
    other = {**fields, "account": "000000000000", "job": ROLE_JOB}
    assert tomas.post("/demo/broker/run", other).status_code == 404


def test_who_is_not_signed_in_at_the_company_gets_nothing(set_up: SetUp) -> None:
    set_up("broker")
    assert Client().get("/demo/broker").status_code == 302
    assert Client().post("/demo/broker/run", {"job": ROLE_JOB}).status_code == 302
