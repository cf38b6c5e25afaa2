"""Every page of the console in each of its states, as the test client is shown it.

What is seen is kept as plain data, so that a process walks once however many tests look at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html

from identity import journal


@dataclass(frozen=True)
class Shown:
    """One answer: where, in which state of things, and what came."""

    state: str
    address: str
    status: int
    page: bytes
    policy: str
    queries: int

    @cached_property
    def document(self) -> Any:
        return html.document_fromstring(self.page, html.HTMLParser(encoding="utf-8"))

    @cached_property
    def title(self) -> str:
        return str(self.document.findtext(".//title"))

    @property
    def told(self) -> str:
        return f"{self.state} {self.address}"


@contextmanager
def passing() -> Iterator[None]:
    """Whatever is written in it is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def kept(answer: Any, state: str, address: str, queries: int = 0) -> Shown | None:
    """The answer as data; None for what is no page of its own."""
    assert answer.status_code < 500, address
    kind = answer.headers.get("Content-Type", "")
    if not kind.startswith("text/html") or not answer.content:
        return None
    policy = answer.headers["Content-Security-Policy"]
    return Shown(state, address, answer.status_code, answer.content, policy, queries)


def look(browser: Client, state: str, address: str) -> Shown | None:
    journal.drain()
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address)
    return kept(answer, state, address, len(captured))


def look_at(
    browser: Client, state: str, addresses: Iterable[str], *, status: int = 200
) -> list[Shown]:
    """Those of them that answer so; 0 takes every answer."""
    browser.get("/home")  # what is kept for all pages is there
    found = (look(browser, state, address) for address in addresses)
    return [one for one in found if one is not None and one.status == (status or one.status)]
