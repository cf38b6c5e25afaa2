"""The managed policies that a user, a group or a role has: its own and those of its groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from console.holders import USER, Holder
from console.names import policy_address, user_segment
from console.permissions import Reading
from console.policy_list import type_name
from identity.models import Group, GroupAttachment, GroupPolicy, ManagedPolicy, User


@dataclass(frozen=True, slots=True)
class Row:
    """One policy; `group` is the one that it comes from, None where it is attached directly.

    `off` is why it may not be detached, "" when it may.
    """

    name: str
    url: str
    kind: str
    arn: str = ""
    group: Group | None = None
    group_url: str = ""
    off: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """A group of the user, whether or not it holds policies; `off` is why one may not leave."""

    group: Group
    url: str
    change_url: str
    off: str
    since: datetime | None


def attached(holder: Holder) -> Reading[list[Row]]:
    """What is attached to the holder itself."""
    return holder.rights.reading(
        f"ListAttached{holder.kind.api}Policies",
        holder.arn,
        lambda: [_row(holder, one.policy) for one in _attachments(holder)],
        **{f"{holder.kind.api}Name": holder.name},
    )


def _attachments(holder: Holder) -> Any:
    return holder.row.attachments.select_related("policy").order_by("policy__name_folded")


def boundary_key(holder: Holder) -> dict[str, str]:
    """The condition key that changes of what a user or a role may do are asked with."""
    boundary: ManagedPolicy | None = getattr(holder.row, "boundary", None)
    return {"iam:PermissionsBoundary": boundary.arn} if boundary else {}


def _row(holder: Holder, policy: ManagedPolicy) -> Row:
    keys = {"iam:PolicyARN": policy.arn, **boundary_key(holder)}
    off = holder.rights.denied(holder.arn, keys)[f"Detach{holder.kind.api}Policy"]
    url = policy_address("policy-permissions", policy)
    return Row(policy.name, url, type_name(policy), policy.arn, off=off)


def memberships(holder: Holder) -> Reading[list[Membership]]:
    """The groups of a user, by name; nobody else is in one."""
    if holder.kind is not USER:
        return Reading([])
    return holder.rights.reading(
        "ListGroupsForUser",
        holder.arn,
        lambda: [
            Membership(
                group,
                group_url(group),
                reverse("group-member", args=[user_segment(group.name, group.unique_id)]),
                holder.rights.denied(group.arn)["RemoveUserFromGroup"],
                since,
            )
            for group, since in _groups(holder.row)
        ],
        UserName=holder.name,
    )


def _groups(user: Any) -> Iterable[tuple[Group, datetime | None]]:
    assert isinstance(user, User)
    rows = user.memberships.select_related("group").order_by("group__name_folded")
    return ((row.group, row.created_at) for row in rows)


def group_url(group: Group) -> str:
    return reverse("group-permissions", args=[user_segment(group.name, group.unique_id)])


def from_groups(holder: Holder, found: list[Membership]) -> list[Row]:
    """The policies of these groups, as far as the caller may list them."""
    groups = {one.group.pk: one.group for one in found}
    if not groups:
        return []
    attachments = GroupAttachment.objects.filter(group__in=groups).select_related("policy")
    inline = GroupPolicy.objects.filter(group__in=groups).defer("document")
    rows = [*_attached_rows(holder, groups, attachments), *_inline_rows(holder, groups, inline)]
    return sorted(rows, key=lambda row: (row.group.name_folded if row.group else "", row.name))


def _attached_rows(
    holder: Holder, groups: dict[int, Group], attachments: Iterable[GroupAttachment]
) -> Iterator[Row]:
    for one in attachments:
        group = groups[one.group_id]
        if holder.rights.allow("iam:ListAttachedGroupPolicies", group.arn):
            policy = one.policy
            url = policy_address("policy-permissions", policy)
            yield Row(policy.name, url, type_name(policy), policy.arn, group, group_url(group))


def _inline_rows(
    holder: Holder, groups: dict[int, Group], policies: Iterable[GroupPolicy]
) -> Iterator[Row]:
    for one in policies:
        group = groups[one.group_id]
        if holder.rights.allow("iam:ListGroupPolicies", group.arn):
            yield Row(one.name, group_url(group), _("Inline"), "", group, group_url(group))
