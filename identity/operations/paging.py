"""Marker in, IsTruncated out: keyset pages, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db import models

from identity.calls import Call
from identity.errors import ValidationError

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
    after = _position(call)
    if after is not None:
        rows = rows.filter(**{f"{key}__gt": after})
    found = list(rows.order_by(key)[: size + 1])
    shown = found[:size]
    following = getattr(shown[-1], key) if len(found) > size else None
    return _result(call, member, [describe(row) for row in shown], following)


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


def _result(call: Call, member: str, shown: list[Any], following: Any) -> dict[str, Any]:
    result: dict[str, Any] = {member: shown, "IsTruncated": following is not None}
    if following is not None:
        result["Marker"] = _signer(call).sign_object(following)
    return result


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
