"""What pages take, in the process that answers them; run by `tests.benchmarks.pages`."""

from __future__ import annotations

import html
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django.setup()

# Models are there when Django is set up.
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from identity import identifiers  # noqa: E402
from identity.models import Account, User  # noqa: E402
from tests.factories import make_account  # noqa: E402

TURNS = 15
BATCH = 5_000


def main(many: int, few: int) -> None:
    """Print, as JSON, each page's milliseconds with many users and with few, and its queries."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    large, small = _account("large", many), _account("small", few)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    one, other = dict(_pages(large, many)), dict(_pages(small, few))
    json.dump({name: _times(large, one[name], small, other[name]) for name in one}, sys.stdout)


def _account(alias: str, users: int) -> Client:
    """A browser of root, in an account of so many users."""
    account = make_account(alias, f"root@{alias}.test", alias=alias)
    _fill(account, users)
    browser = Client(headers={"host": "127.0.0.1:8000"})
    browser.force_login(account.root)
    now = timezone.now().isoformat()
    session = browser.session
    session.update({"started_at": now, "seen_at": now, "mfa_at": None, "source_ip": "127.0.0.1"})
    session.save()
    return browser


def _fill(account: Account, users: int) -> None:
    """One in ten has console access, one in twenty a device; the rest of the columns vary too."""
    now = timezone.now()
    for first in range(0, users, BATCH):
        User.objects.bulk_create(
            [
                User(
                    account=account,
                    unique_id=identifiers.unique_id("AIDA"),
                    name=f"user{number:07}",
                    name_folded=f"user{number:07}",
                    path=f"/team{number % 50}/",
                    console_enabled=number % 10 == 0,
                    mfa_enabled=number % 20 == 0,
                    created_at=now - timedelta(minutes=number),
                    idle_since=now - timedelta(days=number % 200),
                )
                for number in range(first, min(first + BATCH, users))
            ],
            batch_size=500,
        )
    account.count(user_count=users)


def _pages(browser: Client, users: int) -> Iterator[tuple[str, str]]:
    """Addresses, by what they are; the third page of a list follows its links."""
    middle = f"user{users // 2:07}"
    yield "users", "/iam/users"
    yield "users, third page", _next(browser, _next(browser, "/iam/users"))
    yield "users, 100 rows", "/iam/users?size=100"
    yield "users by a part of the name", f"/iam/users?q={middle[:-1]}"
    yield "users without MFA", "/iam/users?access=on&mfa=none"
    yield "users unused for 90 days", "/iam/users?unused=90"
    yield "search", f"/search?q={middle}"
    yield "user", f"/iam/users/{middle}/permissions"
    yield "keys", "/iam/keys"
    yield "groups", "/iam/groups"
    yield "roles", "/iam/roles"
    yield "policies", "/iam/policies"
    yield "activity", "/activity"
    yield "dashboard", "/iam"
    yield "home", "/home"


def _next(browser: Client, address: str) -> str:
    """Where the list's link to its next page leads."""
    link = re.search(r'href="(\?[^"]*after=[^"]*)"', browser.get(address).content.decode())
    assert link
    return address.partition("?")[0] + html.unescape(link[1])


def _times(large: Client, one: str, small: Client, other: str) -> tuple[float, float, int]:
    """Medians of turns that alternate, so that a busy moment of the machine hits both."""
    with CaptureQueriesContext(connection) as captured:
        _milliseconds(large, one)
    queries = len(captured)  # the next request forgets them
    _milliseconds(small, other)
    turns = [(_milliseconds(large, one), _milliseconds(small, other)) for _ in range(TURNS)]
    many, few = (statistics.median(figures) for figures in zip(*turns, strict=True))
    return many, few, queries


def _milliseconds(browser: Client, address: str) -> float:
    began = time.perf_counter()
    answer = browser.get(address)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address} was answered with {answer.status_code}")
    return took


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
