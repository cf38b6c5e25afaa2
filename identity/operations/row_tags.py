"""Tags kept in the row of what they are on, as all are but those of users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from identity import quotas
from identity.calls import Call
from identity.errors import InvalidInput, LimitExceeded
from identity.models.user import folded
from identity.operations import paging, tags

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


class Tagged(Protocol):
    """A row with `[{"Key": …, "Value": …}]` in its column `tags`."""

    tags: Any

    def save(self, *, update_fields: list[str]) -> None: ...


def put(row: Tagged, given: Sequence[t.TagTypeDef], *, ignoring_case: bool = False) -> None:
    """Set tags of a locked row; `ignoring_case` for roles, whose keys are one whatever their case.

    Raises InvalidInput for no tags, a reserved key or one key twice, and LimitExceeded when the row
    would have more than 50.
    """
    if not given:
        raise InvalidInput("The list of tags must not be empty.")
    tags.check(given, ignoring_case=ignoring_case)
    kept = {_key(tag["Key"], ignoring_case): tag for tag in [*row.tags, *given]}
    if len(kept) > quotas.TAGS_PER_RESOURCE:
        raise LimitExceeded("The number of tags has reached the maximum limit.")
    _store(row, list(kept.values()))


def remove(row: Tagged, keys: Sequence[str], *, ignoring_case: bool = False) -> None:
    """Remove tags of a locked row; a key that is not there is no error."""
    gone = {_key(key, ignoring_case) for key in keys}
    _store(row, [tag for tag in row.tags if _key(tag["Key"], ignoring_case) not in gone])


def page(call: Call, row: Tagged, *, ignoring_case: bool = False) -> Result:
    """A page of the row's tags in the order of their keys."""
    return paging.page_of_few(call, in_order(row, ignoring_case=ignoring_case), member="Tags")


def in_order(row: Tagged, *, ignoring_case: bool = False) -> list[Any]:
    """The row's tags in the order of their keys, as everything shows them but the creation."""
    return sorted(row.tags, key=lambda tag: _key(str(tag["Key"]), ignoring_case))


def _store(row: Tagged, listed: list[Any]) -> None:
    row.tags = listed
    row.save(update_fields=["tags"])


def _key(key: str, ignoring_case: bool) -> str:
    return folded(key) if ignoring_case else key
