"""What people and programs of the tests sign in with; knows nothing of Django."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "Correct-horse-7"


@dataclass(frozen=True)
class Key:
    """An access key as its owner knows it."""

    id: str
    secret: str
    token: str | None = None
