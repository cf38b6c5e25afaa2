"""Refusals of federation, by their AWS code."""

from __future__ import annotations

from identity.errors import InvalidInput


class UnreadableMetadata(InvalidInput):
    """AWS's sentence for every fault of a metadata document; `detail` says which, for a page."""

    def __init__(self, detail: str) -> None:
        super().__init__("Could not parse metadata")
        self.detail = detail
