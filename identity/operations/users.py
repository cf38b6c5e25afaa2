"""IAM users: the identities with long-term credentials inside an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import authorization, identifiers, quotas
from identity.calls import Call
from identity.errors import DeleteConflict, EntityAlreadyExists
from identity.models import (
    AccessKey,
    LoginProfile,
    Membership,
    ServiceSpecificCredential,
    SigningCertificate,
    SSHPublicKey,
    User,
    UserAttachment,
    UserPolicy,
    UserTag,
    VirtualMfaDevice,
)
from identity.operations import boundaries, keys, paging, resources, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

# What must be gone before its user, in the order in which AWS reports it.
_LEFTOVERS = (
    (UserAttachment, "detach all policies"),
    (UserPolicy, "delete policies"),
    (LoginProfile, "delete login profile"),
    (AccessKey, "delete access keys"),
    (SigningCertificate, "delete certificates"),
    (VirtualMfaDevice, "remove tokens from principal"),
    (Membership, "remove users from group"),
    (SSHPublicKey, "remove referenced objects"),
    (ServiceSpecificCredential, "remove referenced objects"),
)


def _may_tag(call: Call) -> None:
    """Tags at creation are a second permission."""
    if call.params.get("Tags"):
        authorization.require(call, resources.new_user(call), "iam:TagUser")


@operation(
    "iam",
    "CreateUser",
    resource=resources.new_user,
    keys=keys.requested_boundary,
    prepare=_may_tag,
)
def create_user(call: Call, params: t.CreateUserRequestTypeDef) -> Result:
    name, given = params["UserName"], params.get("Tags", [])
    tags.check(given)
    boundary = boundaries.requested(call)
    _require_free(call, name)
    user = User.objects.create(
        account=call.account,
        unique_id=identifiers.unique_id("AIDA"),
        name=name,
        path=params.get("Path", "/"),
    )
    tags.put(user, given)
    boundaries.replace(user, boundary)
    quotas.take(call.account, "user_count", "UsersPerAccount")
    shown = user.describe() | boundaries.describe(user)
    return {"User": {**shown, "Tags": list(given)} if given else shown}


@operation("iam", "GetUser", resource=resources.user)
def get_user(call: Call, params: t.GetUserRequestTypeDef) -> Result:
    user = call.user()
    shown = user.describe() | boundaries.describe(user)
    found = [tag.describe() for tag in UserTag.of_user(user.pk)]
    return {"User": {**shown, "Tags": found} if found else shown}


@operation("iam", "ListUsers", resource=resources.users)
def list_users(call: Call, params: t.ListUsersRequestTypeDef) -> Result:
    users = call.account.iam_users.under(params.get("PathPrefix", "/"))
    return paging.page(call, users, key="name_folded", member="Users", describe=User.describe)


def _may_rename(call: Call) -> None:
    """Renaming needs the permission on the new ARN as on the old."""
    authorization.require(call, resources.renamed_user(call))


@operation("iam", "UpdateUser", resource=resources.user, prepare=_may_rename)
def update_user(call: Call, params: t.UpdateUserRequestTypeDef) -> None:
    user = call.locked_user()
    name = params.get("NewUserName", user.name)
    _require_free(call, name, but=user)
    user.name, user.path = name, params.get("NewPath", user.path)
    user.save(update_fields=["name", "name_folded", "path"])


@operation("iam", "DeleteUser", resource=resources.user)
def delete_user(call: Call, params: t.DeleteUserRequestTypeDef) -> None:
    user = call.locked_user()
    for leftover, what in _LEFTOVERS:
        if leftover._default_manager.filter(user=user).exists():
            raise DeleteConflict(f"Cannot delete entity, must {what} first.")
    boundaries.replace(user, None)
    user.delete()
    call.account.count(user_count=-1)


def _require_free(call: Call, name: str, but: User | None = None) -> None:
    holder = User.named_in(call.account, name)
    if holder is not None and holder != but:
        raise EntityAlreadyExists(f"User with name {name} already exists.")
