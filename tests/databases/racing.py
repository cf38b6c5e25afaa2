"""Requests at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from identity.callers import Caller
from identity.errors import AwsError
from identity.facts import Facts
from identity.gateway import Client as Sdk
from identity.models import User

THREADS = 8


def iam(user: User) -> Any:
    """The in-process client; each thread makes its own, as each request does."""
    return Sdk(Caller(User.objects.select_related("account").get(pk=user.pk)), Facts(), "iam")


def race(attempt: Callable[[int], Any], racers: int = THREADS) -> Counter[str]:
    """Run all attempts at once; counts what came out: "won", "lost" for False, or error codes."""
    start = threading.Barrier(racers)

    def run(number: int) -> str:
        try:
            start.wait(timeout=10)
            return "lost" if attempt(number) is False else "won"
        except AwsError as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(racers) as pool:
        return Counter(pool.map(run, range(racers)))
