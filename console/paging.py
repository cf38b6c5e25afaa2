"""Keyset pages in both directions: page 40,000 costs what page 1 costs, and nothing is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models

from console.http import Request
from console.preferences import PAGE_SIZES
from identity.errors import ValidationError

Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows of a list; `first` is the row number of the first one, counted from 1."""

    rows: list[Item]
    first: int
    previous_url: str = ""
    next_url: str = ""

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page(request: Request, rows: models.QuerySet[Row], *, key: str) -> Page[Row]:
    """The page that `?after=`, `?before=` and `?size=` ask for, in the order of the unique `key`.

    Raises ValidationError for a cursor that was not made for this list of this account.
    """
    cursors = _Cursors(request, key)
    size = _size(request)
    before, after = cursors.read("before"), cursors.read("after")
    if before:
        found = _backward(rows, key, before[0], size)
        if len(found) > size:
            shown = found[1:]
            return cursors.page(shown, max(1, before[1] - size), more_before=True, more_after=True)
        after = None  # less than a page is left: show the first page, full
    position, number = after or (None, 0)
    ahead = rows.filter(**{f"{key}__gt": position}) if after else rows
    found = list(ahead.order_by(key)[: size + 1])
    return cursors.page(
        found[:size], number + 1, more_before=after is not None, more_after=len(found) > size
    )


def page_of_list(request: Request, items: Sequence[Item], *, key: str) -> Page[Item]:
    """As `page`, of a list that was worked out and is bounded; a cursor is the `key` of an item.

    When the item is gone, the first page is shown.
    """
    size, places = _size(request), {getattr(item, key): n for n, item in enumerate(items)}
    before, after = (places.get(request.GET.get(name, "")) for name in ("before", "after"))
    start = max(0, before - size) if before is not None else 0 if after is None else after + 1
    rows = list(items[start : start + size])
    more = start + size < len(items)
    return Page(
        rows,
        start + 1,
        _plain_url(request, "before", getattr(rows[0], key)) if rows and start else "",
        _plain_url(request, "after", getattr(rows[-1], key)) if rows and more else "",
    )


def _plain_url(request: Request, name: str, position: str) -> str:
    query = request.GET.copy()
    for old in ("after", "before"):
        query.pop(old, None)
    query[name] = position
    return f"?{query.urlencode()}"


def _backward(rows: models.QuerySet[Row], key: str, position: Any, size: int) -> list[Row]:
    behind = rows.filter(**{f"{key}__lt": position}).order_by(f"-{key}")
    return list(behind[: size + 1])[::-1]


def _size(request: Request) -> int:
    asked = request.GET.get("size", "")
    return int(asked) if asked in map(str, PAGE_SIZES) else request.preferences.page_size


class _Cursors:
    """Signed positions in addresses: the key's value and the row number there."""

    def __init__(self, request: Request, key: str) -> None:
        self._request, self._key = request, key
        self._signer = signing.Signer(salt=f"page:{request.caller.account_id}:{request.path_info}")

    def read(self, name: str) -> tuple[Any, int] | None:
        text = self._request.GET.get(name, "")
        if not text:
            return None
        try:
            value, number = self._signer.unsign_object(text)
        except signing.BadSignature as problem:
            raise ValidationError("The address does not name a page of this list.") from problem
        return value, number

    def page(
        self, rows: list[Row], first: int, *, more_before: bool, more_after: bool
    ) -> Page[Row]:
        if not rows:
            return Page(rows, first)
        previous = self._url("before", rows[0], first) if more_before else ""
        following = self._url("after", rows[-1], first + len(rows) - 1) if more_after else ""
        return Page(rows, first, previous, following)

    def _url(self, name: str, row: models.Model, number: int) -> str:
        query = self._request.GET.copy()
        for old in ("after", "before"):
            query.pop(old, None)
        query[name] = self._signer.sign_object([getattr(row, self._key), number])
        return f"?{query.urlencode()}"
