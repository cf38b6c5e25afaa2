"""When the groups and policies of a list were last used, for who may ask for last accesses.

Looked up for as many as have not too many users together: a list costs the same whatever it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from console.permissions import Rights
from identity import policy_actions
from identity.models import (
    Account,
    Group,
    GroupAttachment,
    LastAccess,
    ManagedPolicy,
    Membership,
    RoleAttachment,
    UserAttachment,
)
from identity.models.last_access import TRACKED

MOST = 500
"""Users and roles whose last accesses one page looks through."""

_ACTION = "iam:GenerateServiceLastAccessedDetails"


@dataclass(frozen=True, slots=True)
class Use:
    """`known` is False where there are too many users to tell at once."""

    at: datetime | None = None
    known: bool = True


def of_groups(
    groups: Iterable[Group], members: Mapping[int, int], rights: Rights
) -> dict[int, Use]:
    """By the number of the group, for who may know; `members` are how many are in each."""
    found: dict[int, Use] = {}
    room = MOST
    for group in groups:
        if rights.allow(_ACTION, group.arn):
            fits = members.get(group.pk, 0) <= room
            room -= members.get(group.pk, 0) if fits else 0
            found[group.pk] = Use(known=fits)
    small = [pk for pk, use in found.items() if use.known]
    rows = Membership.objects.filter(group__in=small).values_list("group", "user__unique_id")
    members_of = _gathered(rows)
    accesses = _accesses(members_of)
    for pk, principals in members_of.items():
        found[pk] = Use(next((one.time for one in accesses if one.principal in principals), None))
    return found


def of_policies(
    policies: Iterable[ManagedPolicy], account: Account, rights: Rights
) -> dict[int, Use]:
    """When somebody who has the policy last tried what it allows; by the number of the policy."""
    shown = [policy for policy in policies if rights.allow(_ACTION, policy.arn)]
    rows = _holders(shown, account)
    if len(rows) > MOST:
        return {policy.pk: Use(known=not policy.attachment_count) for policy in shown}
    holders = _gathered(rows)
    accesses = _accesses(holders)
    allows = policy_actions.judge({policy.default_version_id for policy in shown})
    return {
        policy.pk: Use(
            next(
                (
                    one.time
                    for one in accesses
                    if one.principal in holders.get(policy.pk, ())
                    and allows(policy.default_version_id, f"{one.service}:{one.action}")
                ),
                None,
            )
        )
        for policy in shown
    }


def _holders(policies: list[ManagedPolicy], account: Account) -> list[tuple[int, str]]:
    """Who has each of the policies, directly or by a group; not more than tells that it is many."""
    which = {"policy__in": policies, "account": account}
    users = UserAttachment.objects.filter(**which).values_list("policy", "user__unique_id")
    roles = RoleAttachment.objects.filter(**which).values_list("policy", "role__unique_id")
    members = GroupAttachment.objects.filter(**which, group__memberships__isnull=False)
    by_group = members.values_list("policy", "group__memberships__user__unique_id")
    return [row for rows in (users, roles, by_group) for row in rows.order_by()[: MOST + 1]]


def _gathered(rows: Iterable[tuple[int, str]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for number, principal in rows:
        found.setdefault(number, set()).add(principal)
    return found


def _accesses(holders: Mapping[int, set[str]]) -> list[LastAccess]:
    """What any of them tried in the tracked period, the latest first."""
    principals = {principal for each in holders.values() for principal in each}
    since = timezone.now() - TRACKED
    tried = LastAccess.objects.filter(principal__in=principals, time__gte=since)
    return list(tried.order_by("-time"))
