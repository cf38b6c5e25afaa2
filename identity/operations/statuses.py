"""The status of a credential: its enumeration knows `Expired`, which nobody can set."""

from __future__ import annotations

from identity.errors import InvalidInput


def is_active(status: str, of: str) -> bool:
    """Whether the status asked for is Active. InvalidInput for all but Active and Inactive."""
    if status not in ("Active", "Inactive"):
        raise InvalidInput(f"The status of {of} can be set to Active or Inactive only.")
    return status == "Active"
