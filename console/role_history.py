"""The roles that a user switched to before, kept on the server; pinned ones stay on top."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from console.colours import DEFAULT
from console.models import UsedRole
from identity import arns
from identity.callers import Caller, Kind
from identity.switching import Look

KEPT = 200
IN_MENU = 10


def of(signed_in: Caller, limit: int = KEPT) -> list[UsedRole]:
    """Pinned first, then the last used; nothing for who signed in without being a user."""
    if signed_in.kind is not Kind.USER:
        return []
    found = UsedRole.objects.filter(user=signed_in.user)
    return list(found.order_by("-pinned", "-used_at")[:limit])


def remember(signed_in: Caller, role_arn: str, shown: Look) -> None:
    """Put the role on top, and drop the oldest when there are too many."""
    if signed_in.kind is not Kind.USER:
        return
    look = {"label": shown.label, "colour": shown.colour, "used_at": timezone.now()}
    with transaction.atomic():
        UsedRole.objects.update_or_create(user=signed_in.user, role_arn=role_arn, defaults=look)
        kept = [row.pk for row in of(signed_in)]
        UsedRole.objects.filter(user=signed_in.user).exclude(pk__in=kept).delete()


def pin(signed_in: Caller, role_arn: str, *, pinned: bool, label: str = "") -> None:
    """A role that was never used can be pinned too: it is then in the history, as it was shown."""
    if signed_in.kind is not Kind.USER or not _is_role(role_arn):
        return
    account, name = arns.owner(role_arn), role_arn.rpartition("/")[2]
    rows = UsedRole.objects.filter(user=signed_in.user, role_arn=role_arn)
    if not rows.update(pinned=pinned) and pinned:
        shown = label.strip()[:64] or f"{name} @ {account}"
        remember(signed_in, role_arn, Look(shown, DEFAULT))
        rows.update(pinned=True)


def forget(signed_in: Caller, role_arn: str) -> None:
    if signed_in.kind is Kind.USER:
        UsedRole.objects.filter(user=signed_in.user, role_arn=role_arn).delete()


def _is_role(arn: str) -> bool:
    return arn.startswith("arn:aws:iam::") and ":role/" in arn and len(arn) <= 640
