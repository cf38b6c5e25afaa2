"""Closed unless opened: the mark of a view that needs no signed-in caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Let a view be reached without a session; every other view sends to the sign-in page."""
    view.public = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def is_public(view: Callable[..., Any]) -> bool:
    return getattr(view, "public", False)
