"""What a request that changes nothing reads at most once: who is signed in, policies, a user."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Value = TypeVar("Value")

_KEPT: ContextVar[dict[Hashable, Any] | None] = ContextVar("read_once", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Inside, `read` keeps what it reads. Never around what writes, nor longer than a request."""
    before = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(before)


def read(key: Hashable, look: Callable[[], Value]) -> Value:
    """What is kept under the key, or else what `look` finds, kept from then on."""
    kept = _KEPT.get()
    if kept is None:
        return look()
    if key not in kept:
        kept[key] = look()
    value: Value = kept[key]
    return value


def keep(key: Hashable, value: object) -> None:
    """Keep what was read on the way of something else."""
    kept = _KEPT.get()
    if kept is not None:
        kept[key] = value


def user(account_id: str, name: str) -> Hashable:
    """The key of an IAM user of this name."""
    return "user", account_id, name.lower()


def signed_in(user_id: int) -> Hashable:
    """The key of the user of a browser's session."""
    return "signed in", user_id
