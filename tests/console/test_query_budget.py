"""What each page is held to: at most twelve queries (console.md 6.3, W14), weight and structure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from identity import journal
from identity.models import AccessKey, Account, Event, ManagedPolicy, User
from tests import one_of_each, page_standard
from tests.console.conftest import SignedIn

BUDGET = 12
# By the first part of a page's name, what stands in the place of `<name>`, `<key_id>` and others.
_NAMES = {"user": "li", "group": "ops", "role": "deploy", "instance": "web", "policy": "edge"}
_NO_PAGES = ("csv", "download", "json", "logout", "metadata", "sign-in", "setup", "sign-out")


def named_pages(account: Account) -> Iterator[tuple[str, str]]:
    """Every address of the console that the rows of the account can fill in, by its name."""
    key, event = AccessKey.objects.get(user__name="li"), Event.objects.first()
    assert event
    arguments = {
        "shelf": "policies",
        "version": "v1",
        "policy": "own",
        "service": "iam",
        "action": "GetUser",
        "key_id": key.pk,
        "key": "ssh-keys",
        "table": "users",
        "event_id": str(event.pk),
        "unique_id": User.objects.get(name="li").unique_id,
        "session_id": "x",
    }
    for one in get_resolver().url_patterns:
        if isinstance(one, URLPattern) and one.name and not one.name.endswith(_NO_PAGES):
            first = one.name.partition("-")[0]
            given = arguments | {"name": _NAMES.get(first, "li"), "segment": _segment(one.name)}
            wanted = {name: given[name] for name in one.pattern.converters if name in given}
            try:
                yield one.name, reverse(one.name, kwargs=wanted)
            except NoReverseMatch:
                continue


def _segment(name: str) -> str:
    return "Corp" if name.startswith("saml") else "idp.example.com"


@pytest.fixture
def browser(account: Account, ana: User, signed_in: SignedIn) -> Client:
    one_of_each.fill(account)
    browser = signed_in(ana)
    browser.get("/iam")  # what is kept for all pages is there
    return browser


def _with_questions(account: Account) -> Iterator[str]:
    """Pages that show more when something is asked of them."""
    arn = ManagedPolicy.objects.get(account=account, name="edge").arn
    for holder in ("users/li", "groups/ops", "roles/deploy"):
        yield f"/iam/{holder}/policies/detach?arn={arn}"
    yield "/iam/users/ana/policies/copy?from=li"
    yield "/help/users"
    yield "/activity?resource=li"
    yield "/iam/simulator?kind=user&name=li&actions=iam:GetUser"
    yield "/iam/explain?who=li&action=iam:GetUser&resource=*"
    yield "/search?q=l"


def _over(browser: Client, addresses: Iterable[str]) -> tuple[dict[str, list[str]], int]:
    """Pages over a budget or with a fault, and how many pages there were."""
    over, seen = {}, 0
    for address in addresses:
        journal.drain()
        with CaptureQueriesContext(connection) as captured:
            answer = browser.get(address)
        assert answer.status_code < 500, address
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            seen += 1
            found = page_standard.faults(answer.content)
            if len(captured) > BUDGET:
                found.append(f"{len(captured)} queries")
            if found:
                over[address] = found
    return over, seen


def test_no_page_takes_more_than_twelve_queries(browser: Client, account: Account) -> None:
    over, seen = _over(browser, [address for _, address in named_pages(account)])
    assert seen > 130
    assert over == {}


def test_no_answer_to_a_question_takes_more(browser: Client, account: Account) -> None:
    asked = list(_with_questions(account))
    assert _over(browser, asked) == ({}, len(asked))


def test_no_page_of_roots_takes_more(browser: Client, signed_in: SignedIn, root: User) -> None:
    pages = [
        "/home",
        "/iam",
        "/billing",
        "/iam/account-settings/close",
        "/me/root",
        "/status",
        "/me",
    ]
    assert _over(signed_in(root), pages) == ({}, len(pages))


def test_what_a_page_is_held_to_can_be_missed() -> None:
    page = (
        b"<title>x</title><h1>a</h1><h3 id=x>b</h3><label for=y></label><i id=x>"
        + b"<b></b>" * 1500
    )
    found = " ".join(page_standard.faults(page))
    for word in (
        "DOCTYPE",
        "elements",
        "language",
        "main",
        "skip",
        "id x",
        "y is named",
        "level 1",
    ):
        assert word in found
