"""What the tags of both kinds of providers have of their own."""

from __future__ import annotations

from collections.abc import Sequence

from identity.errors import InvalidInput
from identity.operations import row_tags
from identity.operations.row_tags import Tagged


def remove(provider: Tagged, keys: Sequence[str]) -> None:
    """As for other rows, but no keys at all are InvalidInput here."""
    if not keys:
        raise InvalidInput("The list of tag keys must not be empty.")
    row_tags.remove(provider, keys)
