"""Marker in, IsTruncated out: keyset pages, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    The marker is signed and bound to account, operation and filter. Raises ValidationError for a
    marker of another list.
    """
    size = call.params.get("MaxItems", _DEFAULT_ITEMS)
    after = _position(call)
    if after is not None:
        rows = rows.filter(**{f"{key}__gt": after})
    found = list(rows.order_by(key)[: size + 1])
    shown = found[:size]
    result: dict[str, Any] = {
        member: [describe(row) for row in shown],
        "IsTruncated": len(found) > size,
    }
    if result["IsTruncated"]:
        result["Marker"] = _marker(call, getattr(shown[-1], key))
    return result


def _binding(call: Call) -> list[Any]:
    filters = {k: v for k, v in sorted(call.params.items()) if k not in _NOT_FILTERS}
    return [call.account.id, call.action, filters]


def _marker(call: Call, position: Any) -> str:
    """At most 320 characters: the filter goes in as a digest, the position as it is."""
    return _signer(_binding(call)).sign_object(position)


def _position(call: Call) -> Any:
    marker = call.params.get("Marker")
    if marker is None:
        return None
    try:
        return _signer(_binding(call)).unsign_object(marker)
    except signing.BadSignature as problem:
        raise ValidationError("Marker and Filter do not match") from problem


def _signer(binding: Mapping[str, Any] | list[Any]) -> signing.Signer:
    return signing.Signer(salt=f"marker:{binding!r}")
