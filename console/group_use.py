"""When the members of a group last used any service, as far as that can be told at once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from console.holders import Holder
from console.permissions import Reading
from identity.models import LastAccess, User
from identity.models.last_access import TRACKED

MOST_MEMBERS = 1_000


def last_used(holder: Holder) -> Reading[datetime | None] | None:
    """None for a group of so many members that the tab of last accesses is the place to ask."""
    ids = User.objects.filter(memberships__group_id=holder.row.pk).values_list("unique_id")
    members = [unique_id for (unique_id,) in ids[: MOST_MEMBERS + 1]]
    if len(members) > MOST_MEMBERS:
        return None

    def read() -> datetime | None:
        since = timezone.now() - TRACKED
        found = LastAccess.objects.filter(principal__in=members, time__gte=since)
        latest: datetime | None = found.aggregate(at=Max("time"))["at"]
        return latest

    action = "GenerateServiceLastAccessedDetails"
    return holder.rights.reading(action, holder.arn, read, Arn=holder.arn)
