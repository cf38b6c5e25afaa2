"""Replacing an access key step by step over days: which rotations are under way, and how far.

1 a new key, 2 the programs take it, 3 the old one off, 4 the old one deleted. What is stored is
only that the two keys belong together: how far it is, the keys themselves say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from console.key_owner import Owner
from console.models import KeyRotation
from console.names import user_segment
from console.responses import address
from identity.models import AccessKey, Account

RECENT = timedelta(hours=24)
"""A key that was used within it is not deleted without a tick."""

CREATE, UPDATE, DEACTIVATE, DELETE = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Board:
    """`new` is None before the rotation began; `spare` is a second key that could be taken."""

    old: AccessKey
    new: AccessKey | None
    spare: AccessKey | None
    started_at: datetime | None

    @property
    def step(self) -> int:
        """What is to be done next."""
        if self.new is None:
            return CREATE
        if not self.old.active:
            return DELETE
        return DEACTIVATE if self.new.last_used_at else UPDATE

    @property
    def old_used_recently(self) -> bool:
        return used_recently(self.old)

    @property
    def old_used_since(self) -> bool:
        """Whether some program had not changed over yet when the new key was there."""
        used = self.old.last_used_at
        return used is not None and self.started_at is not None and used > self.started_at


def used_recently(key: AccessKey) -> bool:
    return key.last_used_at is not None and timezone.now() - key.last_used_at < RECENT


def board(owner: Owner, keys: list[AccessKey], key_id: str) -> Board:
    """The board of the key that is to go; `keys` are all of the owner's."""
    old = next(key for key in keys if key.id == key_id)
    others = {key.id: key for key in keys if key.id != key_id}
    rotation = KeyRotation.objects.filter(old_key=old).first()
    if rotation is None:
        return Board(old, None, next(iter(others.values()), None), None)
    return Board(old, others.get(rotation.new_key_id), None, rotation.started_at)


def begin(old: AccessKey, new_key_id: str, by: str) -> None:
    """A key takes part in one rotation; who begins it again keeps the first."""
    KeyRotation.objects.get_or_create(
        old_key=old, defaults={"new_key_id": new_key_id, "started_by": by}
    )


def address_of_all(account: Account) -> str:
    """To the board when there is one rotation, else to the list of them; "" when there is none."""
    rotations = KeyRotation.objects.filter(old_key__account=account).select_related("old_key__user")
    found = list(rotations.order_by("started_at")[:2])
    if len(found) != 1:
        return address("key-triage", view="rotating") if found else ""
    key = found[0].old_key
    if key.user.is_root:
        return address("me-key-rotate", key.id)
    return address("user-key-rotate", user_segment(key.user.name, key.user.unique_id), key.id)
