"""IAM roles: identities without credentials of their own, which others assume for a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from identity import authorization, quotas, trust_principals
from identity.calls import Call
from identity.errors import DeleteConflict, EntityAlreadyExists, InvalidInput
from identity.models import (
    InstanceProfile,
    Role,
    RoleAttachment,
    RolePolicy,
)
from identity.operations import boundaries, keys, paging, resources, row_tags, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

# Paths of roles that only AWS makes: service-linked ones, and those of IAM Identity Center.
_RESERVED_PATHS = ("/aws-service-role/", "/aws-reserved/")

# What must be gone before its role, in the order in which AWS reports it.
_LEFTOVERS = (
    (InstanceProfile, "remove roles from instance profile"),
    (RoleAttachment, "detach all policies"),
    (RolePolicy, "delete policies"),
)

_NEW = resources.new("role", "RoleName")


def _may_tag(call: Call) -> None:
    """Tags at creation are a second permission."""
    if call.params.get("Tags"):
        authorization.require(call, _NEW(call), "iam:TagRole")


@operation("iam", "CreateRole", resource=_NEW, keys=keys.requested_boundary, prepare=_may_tag)
def create_role(call: Call, params: t.CreateRoleRequestTypeDef) -> Result:
    name, path, given = params["RoleName"], params.get("Path", "/"), params.get("Tags", [])
    tags.check(given)
    _require_free_path(path)
    _require_free(call, name)
    role = Role.objects.create(
        account=call.account,
        name=name,
        path=path,
        description=params.get("Description", ""),
        trust_policy=trust_principals.stored(params["AssumeRolePolicyDocument"], call.account),
        max_session_duration=params.get("MaxSessionDuration", 3600),
        tags=list(given),
    )
    boundaries.replace(role, boundaries.requested(call))
    count(call)
    return {"Role": {**described([role])[0], **_boundary_and_tags(role)}}


@operation("iam", "GetRole", resource=resources.role)
def get_role(call: Call, params: t.GetRoleRequestTypeDef) -> Result:
    role = call.role()
    role.tags = row_tags.in_order(role, ignoring_case=True)
    shown = {**described([role])[0], **_boundary_and_tags(role)}
    return {"Role": {**shown, "RoleLastUsed": role.last_used()}}


@operation("iam", "ListRoles", resource=resources.under("role"))
def list_roles(call: Call, params: t.ListRolesRequestTypeDef) -> Result:
    roles = Role.objects.filter(account=call.account).under(params.get("PathPrefix", "/"))
    page = paging.page(call, roles, key="name_folded", member="Roles", describe=lambda role: role)
    return {**page, "Roles": described(page["Roles"])}


@operation("iam", "DeleteRole", resource=resources.role, keys=keys.boundary_of_holder)
def delete_role(call: Call, params: t.DeleteRoleRequestTypeDef) -> None:
    role = call.modifiable_role()
    for leftover, what in _LEFTOVERS:
        if leftover._default_manager.filter(role=role).exists():
            raise DeleteConflict(f"Cannot delete entity, must {what} first.")
    boundaries.replace(role, None)
    role.delete()
    call.account.count(role_count=-1)


def described(roles: Sequence[Role]) -> list[dict[str, Any]]:
    """The `Role` structures as lists show them; the principals of all are looked up together."""
    texts = trust_principals.shown([role.trust_policy for role in roles])
    return [role.describe(quote(text, safe="")) for role, text in zip(roles, texts, strict=True)]


def _require_free(call: Call, name: str) -> None:
    """Raise EntityAlreadyExists when the account has a role of this name."""
    if Role.objects.named(name).filter(account=call.account).exists():
        raise EntityAlreadyExists(f"Role with name {name} already exists.")


def count(call: Call) -> None:
    """Count a new role, last in its transaction; LimitExceeded at the account's quota."""
    quotas.take(call.account, "role_count", "RolesPerAccount")


def _require_free_path(path: str) -> None:
    if path.lower().startswith(_RESERVED_PATHS):
        raise InvalidInput(f"The path {path} is reserved for roles that AWS creates.")


def _boundary_and_tags(role: Role) -> dict[str, Any]:
    """What lists leave out; absent where there is none."""
    shown = boundaries.describe(role)
    return {**shown, "Tags": role.tags} if role.tags else shown
