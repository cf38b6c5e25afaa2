"""Keyset pages in both directions: page 40,000 costs what page 1 costs, and nothing is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import models
from django.utils.translation import gettext as _

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


def page(
    request: Request,
    rows: models.QuerySet[Row],
    *,
    key: str,
    then: str = "",
    descending: bool = False,
) -> Page[Row]:
    """The page that `?after=`, `?before=` and `?size=` ask for, in the order of the unique `key`.

    A key that is not unique is made so by a second column, `then`. Raises ValidationError for a
    cursor that was not made for this list of this account.
    """
    order = _Order((key, then) if then else (key,), descending)
    cursors = _Cursors(request, str(order.columns), order.position)
    size = _size(request)
    before, after = cursors.read("before"), cursors.read("after")
    if before:
        behind = order.behind(rows, before[0])
        found = list(behind.order_by(*order.reversed)[: size + 1])[::-1]
        if len(found) > size:
            shown = found[1:]
            return cursors.page(shown, max(1, before[1] - size), more_before=True, more_after=True)
        after = None  # less than a page is left: show the first page, full
    ahead, number = (order.ahead(rows, after[0]), after[1]) if after else (rows, 0)
    found = list(ahead.order_by(*order.columns)[: size + 1])
    return cursors.page(
        found[:size], number + 1, more_before=after is not None, more_after=len(found) > size
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one kind, the last first, in a list of several kinds that follow each other."""

    rows: models.QuerySet[Any]
    key: str
    then: str

    @property
    def order(self) -> _Order:
        return _Order((self.key, self.then), descending=True)


def page_of_parts(request: Request, parts: Sequence[Part]) -> Page[Any]:
    """As `page`, of several tables one after the other; each has rows of a model of its own."""
    numbers = {part.rows.model: number for number, part in enumerate(parts)}

    def position(row: models.Model) -> list[Any]:
        number = numbers[type(row)]
        return [number, *parts[number].order.position(row)]

    cursors = _Cursors(request, str([part.order.columns for part in parts]), position)
    size = _size(request)
    before, after = cursors.read("before"), cursors.read("after")
    if before:
        found = _behind(parts, before[0], size + 1)[::-1]
        if len(found) > size:
            first = max(1, before[1] - size)
            return cursors.page(found[1:], first, more_before=True, more_after=True)
        after = None  # less than a page is left: show the first page, full
    found = _ahead(parts, after[0] if after else None, size + 1)
    return cursors.page(
        found[:size],
        (after[1] if after else 0) + 1,
        more_before=after is not None,
        more_after=len(found) > size,
    )


def _ahead(parts: Sequence[Part], place: list[Any] | None, most: int) -> list[Any]:
    start, position = (place[0], place[1:]) if place else (0, None)
    found: list[Any] = []
    for number, part in enumerate(parts[start:]):
        rows = part.order.ahead(part.rows, position) if position and not number else part.rows
        if len(found) < most:
            found += rows.order_by(*part.order.columns)[: most - len(found)]
    return found


def _behind(parts: Sequence[Part], place: list[Any], most: int) -> list[Any]:
    """Backwards from the place: the nearest first."""
    found: list[Any] = []
    for number in range(place[0], -1, -1):
        part = parts[number]
        rows = part.order.behind(part.rows, place[1:]) if number == place[0] else part.rows
        if len(found) < most:
            found += rows.order_by(*part.order.reversed)[: most - len(found)]
    return found


@dataclass(frozen=True, slots=True)
class _Order:
    """One or two columns, both up or both down."""

    keys: tuple[str, ...]
    descending: bool

    @property
    def columns(self) -> list[str]:
        return [("-" if self.descending else "") + key for key in self.keys]

    @property
    def reversed(self) -> list[str]:
        return [("" if self.descending else "-") + key for key in self.keys]

    def position(self, row: models.Model) -> list[Any]:
        """The row's place, as JSON has it."""
        values = (getattr(row, key) for key in self.keys)
        return [one.isoformat() if isinstance(one, datetime) else one for one in values]

    def ahead(self, rows: models.QuerySet[Row], position: list[Any]) -> models.QuerySet[Row]:
        return self._past(rows, position, "lt" if self.descending else "gt")

    def behind(self, rows: models.QuerySet[Row], position: list[Any]) -> models.QuerySet[Row]:
        return self._past(rows, position, "gt" if self.descending else "lt")

    def _past(
        self, rows: models.QuerySet[Row], position: list[Any], past: str
    ) -> models.QuerySet[Row]:
        """The bound on the first column alone, said first, is what the index is entered by."""
        first, value = self.keys[0], position[0]
        if len(self.keys) == 1:
            return rows.filter(**{f"{first}__{past}": value})
        second = models.Q(**{f"{self.keys[1]}__{past}": position[1]})
        beyond = models.Q(**{f"{first}__{past}": value}) | second
        return rows.filter(**{f"{first}__{past}e": value}).filter(beyond)


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


def _size(request: Request) -> int:
    asked = request.GET.get("size", "")
    return int(asked) if asked in map(str, PAGE_SIZES) else request.preferences.page_size


class _Cursors:
    """Signed positions in addresses: the key's value and the row number there."""

    def __init__(
        self, request: Request, columns: str, position: Callable[[models.Model], list[Any]]
    ) -> None:
        self._request, self._position = request, position
        salt = f"page:{request.caller.account_id}:{request.path_info}:{columns}"
        self._signer = signing.Signer(salt=salt)

    def read(self, name: str) -> tuple[Any, int] | None:
        text = self._request.GET.get(name, "")
        if not text:
            return None
        try:
            value, number = self._signer.unsign_object(text)
        except signing.BadSignature as problem:
            raise ValidationError(_("The address does not name a page of this list.")) from problem
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
        query[name] = self._signer.sign_object([self._position(row), number])
        return f"?{query.urlencode()}"
