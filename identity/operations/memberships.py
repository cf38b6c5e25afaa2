"""Who is in which group: authorised on the group, but for the list of a user's groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import quotas
from identity.calls import Call
from identity.models import Group, Membership
from identity.operations import paging, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "AddUserToGroup", resource=resources.group)
def add_user_to_group(call: Call, params: t.AddUserToGroupRequestTypeDef) -> None:
    """Adding a member again changes nothing. The locked user keeps the count of groups true."""
    group, user = call.locked_group(), call.locked_user()
    if Membership.objects.filter(group=group, user=user).exists():
        return
    limit = quotas.of(call.account.pk, "GroupsPerUser")
    if user.memberships.count() >= limit:
        raise quotas.exceeded("GroupsPerUser", limit)
    Membership.objects.create(group=group, user=user)


@operation("iam", "RemoveUserFromGroup", resource=resources.group)
def remove_user_from_group(call: Call, params: t.RemoveUserFromGroupRequestTypeDef) -> None:
    """Removing who is no member changes nothing; group and user must exist."""
    group, user = call.locked_group(), call.user()
    Membership.objects.filter(group=group, user=user).delete()


@operation("iam", "ListGroupsForUser", resource=resources.user)
def list_groups_for_user(call: Call, params: t.ListGroupsForUserRequestTypeDef) -> Result:
    groups = Group.objects.filter(memberships__user=call.user())
    return paging.page(call, groups, key="name_folded", member="Groups", describe=Group.describe)
