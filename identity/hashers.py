"""Argon2id as Bartizan uses it, with a bound on how many hashes run at once.

Figures: OWASP's minimum, m = 19 MiB, t = 2, p = 1 (docs/decisions/0004); Django's default takes
100 MiB a hash, so that a dozen sign-ins would take a gigabyte. Raising a figure re-hashes each
password at its next sign-in, which Django's `check_password` does by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher

from identity.errors import ServiceUnavailable

# Of this process: more would only wait for each other's processor, and hold 19 MiB each.
_AT_ONCE = threading.BoundedSemaphore(4)
_WAIT_SECONDS = 5


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a free place; ServiceUnavailable (503) when none comes free in time."""
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise ServiceUnavailable("Too many passwords are being checked. Try again.")
    try:
        yield
    finally:
        _AT_ONCE.release()


class Argon2id(Argon2PasswordHasher):
    """RFC 9106's Argon2id: 19 MiB, two passes, one lane."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return bool(super().verify(password, encoded))

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to even out: a password is re-hashed after it was right, never before."""
