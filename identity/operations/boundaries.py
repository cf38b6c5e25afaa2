"""Permissions boundaries: the managed policy that caps what a user or a role may be allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.errors import NoSuchEntity
from identity.models import ManagedPolicy, PolicyUsage, Role, User
from identity.operations import attachments, keys, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

Bounded = User | Role


@operation(
    "iam", "PutUserPermissionsBoundary", resource=resources.user, keys=keys.requested_boundary
)
def put_user_permissions_boundary(
    call: Call, params: t.PutUserPermissionsBoundaryRequestTypeDef
) -> None:
    replace(call.locked_user(), requested(call))


@operation(
    "iam", "PutRolePermissionsBoundary", resource=resources.role, keys=keys.requested_boundary
)
def put_role_permissions_boundary(
    call: Call, params: t.PutRolePermissionsBoundaryRequestTypeDef
) -> None:
    replace(call.modifiable_role(), requested(call))


@operation(
    "iam", "DeleteUserPermissionsBoundary", resource=resources.user, keys=keys.boundary_of_holder
)
def delete_user_permissions_boundary(
    call: Call, params: t.DeleteUserPermissionsBoundaryRequestTypeDef
) -> None:
    _take_away(call.locked_user(), "user")


@operation(
    "iam", "DeleteRolePermissionsBoundary", resource=resources.role, keys=keys.boundary_of_holder
)
def delete_role_permissions_boundary(
    call: Call, params: t.DeleteRolePermissionsBoundaryRequestTypeDef
) -> None:
    _take_away(call.modifiable_role(), "role")


def requested(call: Call) -> ManagedPolicy | None:
    """The policy that `PermissionsBoundary` names, or None where it is left out.

    Raises what `attachments.attachable` raises.
    """
    arn = call.params.get("PermissionsBoundary")
    return attachments.attachable(call, arn, "Scope ARN:") if arn else None


def replace(holder: Bounded, boundary: ManagedPolicy | None) -> None:
    """Give a locked or new user or role this boundary, or none, and count the uses.

    Also for who is about to be deleted, whose boundary is used no more. The counts change in the
    order of the policies, so that two who swap the same boundaries do not wait for each other.
    """
    if holder.boundary == boundary:
        return
    changes = [(policy, by) for policy, by in ((holder.boundary, -1), (boundary, 1)) if policy]
    holder.boundary = boundary
    holder.save(update_fields=["boundary"])
    for policy, by in sorted(changes, key=lambda change: (change[0].pk, change[1])):
        PolicyUsage.count(policy, holder.account, boundary_count=by)


def describe(holder: Bounded) -> Result:
    """`PermissionsBoundary` as GetUser and GetRole show it, empty where there is none.

    The service answers `Policy` where its model lists `PermissionsBoundaryPolicy`. A boundary that
    was deleted since the holder was read, and with it the holder's, is none.
    """
    try:
        boundary = holder.boundary
    except ManagedPolicy.DoesNotExist:
        boundary = None
    if boundary is None:
        return {}
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary.arn}
    return {"PermissionsBoundary": shown}


def _take_away(holder: Bounded, kind: str) -> None:
    if holder.boundary is None:
        raise NoSuchEntity(f"The {kind} with name {holder.name} has no permissions boundary.")
    replace(holder, None)
