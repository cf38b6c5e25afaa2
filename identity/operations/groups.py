"""IAM groups: users who share policies. A group is no principal, has no tags and no boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import authorization, quotas
from identity.calls import Call
from identity.errors import DeleteConflict, EntityAlreadyExists
from identity.models import Group, GroupAttachment, GroupPolicy, Membership, User
from identity.operations import paging, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

# What must be gone before its group, in the order in which AWS reports it.
_LEFTOVERS = (
    (Membership, "remove users from group"),
    (GroupAttachment, "detach all policies"),
    (GroupPolicy, "delete policies"),
)


@operation("iam", "CreateGroup", resource=resources.new("group", "GroupName"))
def create_group(call: Call, params: t.CreateGroupRequestTypeDef) -> Result:
    name = params["GroupName"]
    _require_free(call, name)
    group = Group.objects.create(account=call.account, name=name, path=params.get("Path", "/"))
    quotas.take(call.account, "group_count", "GroupsPerAccount")
    return {"Group": group.describe()}


@operation("iam", "GetGroup", resource=resources.group)
def get_group(call: Call, params: t.GetGroupRequestTypeDef) -> Result:
    """The group on every page, and its members page by page."""
    group = call.group()
    users = User.objects.filter(memberships__group=group)
    page = paging.page(call, users, key="name_folded", member="Users", describe=User.describe)
    return {"Group": group.describe(), **page}


@operation("iam", "ListGroups", resource=resources.under("group"))
def list_groups(call: Call, params: t.ListGroupsRequestTypeDef) -> Result:
    groups = Group.objects.filter(account=call.account).under(params.get("PathPrefix", "/"))
    return paging.page(call, groups, key="name_folded", member="Groups", describe=Group.describe)


def _may_rename(call: Call) -> None:
    """Renaming needs the permission on the new ARN as on the old."""
    authorization.require(call, resources.renamed_group(call))


@operation("iam", "UpdateGroup", resource=resources.group, prepare=_may_rename)
def update_group(call: Call, params: t.UpdateGroupRequestTypeDef) -> None:
    group = call.locked_group()
    name = params.get("NewGroupName", group.name)
    _require_free(call, name, but=group)
    group.name, group.path = name, params.get("NewPath", group.path)
    group.save(update_fields=["name", "name_folded", "path"])


@operation("iam", "DeleteGroup", resource=resources.group)
def delete_group(call: Call, params: t.DeleteGroupRequestTypeDef) -> None:
    group = call.locked_group()
    for leftover, what in _LEFTOVERS:
        if leftover._default_manager.filter(group=group).exists():
            raise DeleteConflict(f"Cannot delete entity, must {what} first.")
    group.delete()
    call.account.count(group_count=-1)


def _require_free(call: Call, name: str, but: Group | None = None) -> None:
    holder = Group.objects.named(name).filter(account=call.account).first()
    if holder is not None and holder != but:
        raise EntityAlreadyExists(f"Group with name {name} already exists.")
