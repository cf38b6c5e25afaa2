"""Marker in, IsTruncated out: keyset pages, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db import models
from django.db.models import Q

from identity.calls import Call
from identity.errors import ValidationError
from identity.models import ManagedPolicy

Row = TypeVar("Row", bound=models.Model)

_DEFAULT_ITEMS = 100
_NOT_FILTERS = ("Marker", "MaxItems")


def page(
    call: Call,
    rows: models.QuerySet[Row],
    *,
    key: str,
    member: str,
    describe: Callable[[Row], Any],
) -> dict[str, Any]:
    """One page of `rows` in the order of the unique column `key`, under `member`.

    The marker is signed and bound to account, operation and filter; the key must be short enough
    for AWS's 320 characters. Raises ValidationError for a marker of another list.
    """
    size = call.params.get("MaxItems", _DEFAULT_ITEMS)
    found = _after(rows, key, _position(call), size + 1)
    shown = found[:size]
    following = getattr(shown[-1], key) if len(found) > size else None
    return _result(call, member, [describe(row) for row in shown], following)


def page_of_policies(
    call: Call,
    rows: models.QuerySet[ManagedPolicy],
    *,
    member: str,
    describe: Callable[[ManagedPolicy], Any],
) -> dict[str, Any]:
    """As `page`, by name and number: the account's policy may be called as a shipped one is."""
    size = call.params.get("MaxItems", _DEFAULT_ITEMS)
    position = _position(call)
    if position is not None:
        name, number = position
        rows = rows.filter(Q(name_folded__gt=name) | Q(name_folded=name, pk__gt=number))
    # First those of the account, then the shipped ones, each in the order of an index: asked for
    # together, all would be read and sorted. The database, whose order it is, puts them in one.
    in_order = ("name_folded", "pk")
    first = [
        number
        for owner in (call.account, None)
        for number in rows.filter(account=owner)
        .order_by(*in_order)
        .values_list("pk", flat=True)[: size + 1]
    ]
    found = list(rows.filter(pk__in=first).order_by(*in_order)[: size + 1])
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    following = [last.name_folded, last.pk] if last else None
    return _result(call, member, [describe(row) for row in shown], following)


def page_across(
    call: Call, lists: Mapping[str, tuple[models.QuerySet[Any], Callable[[Any], Any]]], *, key: str
) -> dict[str, Any]:
    """One page over several lists, one after the other, each with how to describe its rows.

    Every member is in the result. The marker says in which list to go on, and after which key.
    """
    room = call.params.get("MaxItems", _DEFAULT_ITEMS)
    first, after = _position(call) or (0, None)
    result: dict[str, Any] = {member: [] for member in lists}
    following = None
    for number, (member, (rows, describe)) in enumerate(lists.items()):
        if number < first:
            continue
        found = _after(rows, key, after, room + 1)
        result[member] = [describe(row) for row in found[:room]]
        if len(found) > room:
            following = [number, getattr(found[room - 1], key) if room else None]
            break
        room, after = room - len(found), None
    return _ended(call, result, following)


def page_of_few(
    call: Call, items: Sequence[Any], *, member: str, most: int | None = None
) -> dict[str, Any]:
    """One page of a list that a quota keeps short (keys, devices, tags), already described.

    Here the marker is an index: it stays within 320 characters whatever the items are. A page
    holds no more than `most`, if given, whatever `MaxItems` says.
    """
    size = call.params.get("MaxItems", _DEFAULT_ITEMS)
    size = size if most is None else min(size, most)
    first = _position(call) or 0
    shown = items[first : first + size]
    following = first + size if len(items) > first + size else None
    return _result(call, member, list(shown), following)


def require_own_marker(call: Call) -> None:
    """Raise ValidationError for a marker of another list, where there is no page to give."""
    _position(call)


def _after(rows: models.QuerySet[Row], key: str, after: Any, limit: int) -> list[Row]:
    if after is not None:
        rows = rows.filter(**{f"{key}__gt": after})
    return list(rows.order_by(key)[:limit])


def _result(call: Call, member: str, shown: list[Any], following: Any) -> dict[str, Any]:
    return _ended(call, {member: shown}, following)


def _ended(call: Call, result: dict[str, Any], following: Any) -> dict[str, Any]:
    """With IsTruncated, and the Marker where more follows."""
    if following is None:
        return {**result, "IsTruncated": False}
    return {**result, "IsTruncated": True, "Marker": _signer(call).sign_object(following)}


def _position(call: Call) -> Any:
    marker = call.params.get("Marker")
    if marker is None:
        return None
    try:
        return _signer(call).unsign_object(marker)
    except signing.BadSignature as problem:
        raise ValidationError("Marker and Filter do not match") from problem


def _signer(call: Call) -> signing.Signer:
    """A signer of its own for each account, operation and filter; only their digest is a key."""
    filters = sorted((k, v) for k, v in call.params.items() if k not in _NOT_FILTERS)
    return signing.Signer(salt=f"marker:{call.account.id}:{call.action}:{filters!r}")
