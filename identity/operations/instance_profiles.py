"""Instance profiles: containers in which a role, at most one, comes to a virtual machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from identity import authorization, quotas
from identity.calls import Call
from identity.errors import DeleteConflict, EntityAlreadyExists, NoSuchEntity
from identity.models import InstanceProfile
from identity.models.role import InstanceProfileQuerySet
from identity.operations import paging, pass_role, resources, roles, row_tags, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

_EC2 = "ec2.amazonaws.com"
_NEW = resources.new("instance-profile", "InstanceProfileName")


def _may_tag(call: Call) -> None:
    """Tags at creation are a second permission."""
    if call.params.get("Tags"):
        authorization.require(call, _NEW(call), "iam:TagInstanceProfile")


@operation("iam", "CreateInstanceProfile", resource=_NEW, prepare=_may_tag)
def create_instance_profile(call: Call, params: t.CreateInstanceProfileRequestTypeDef) -> Result:
    name, given = params["InstanceProfileName"], params.get("Tags", [])
    tags.check(given, ignoring_case=False)
    if _all(call).named(name).exists():
        raise EntityAlreadyExists(f"Instance Profile {name} already exists.")
    profile = InstanceProfile.objects.create(
        account=call.account, name=name, path=params.get("Path", "/"), tags=list(given)
    )
    quotas.take(call.account, "instance_profile_count", "InstanceProfilesPerAccount")
    return {"InstanceProfile": _with_tags(profile, given)}


@operation("iam", "GetInstanceProfile", resource=resources.instance_profile)
def get_instance_profile(call: Call, params: t.GetInstanceProfileRequestTypeDef) -> Result:
    profile = call.instance_profile()
    found = row_tags.in_order(profile)
    return {"InstanceProfile": _with_tags(profile, found)}


@operation("iam", "ListInstanceProfiles", resource=resources.under("instance-profile"))
def list_instance_profiles(call: Call, params: t.ListInstanceProfilesRequestTypeDef) -> Result:
    return _page(call, _all(call).under(params.get("PathPrefix", "/")))


@operation("iam", "ListInstanceProfilesForRole", resource=resources.role)
def list_instance_profiles_for_role(
    call: Call, params: t.ListInstanceProfilesForRoleRequestTypeDef
) -> Result:
    return _page(call, _all(call).filter(role=call.role()))


@operation("iam", "DeleteInstanceProfile", resource=resources.instance_profile)
def delete_instance_profile(call: Call, params: t.DeleteInstanceProfileRequestTypeDef) -> None:
    profile = call.locked_instance_profile()
    if profile.role:
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    profile.delete()
    call.account.count(instance_profile_count=-1)


def _may_pass(call: Call) -> None:
    """Who puts a role into a profile gives it to whoever starts a machine with that profile."""
    pass_role.require(call, resources.role(call), _EC2)


@operation(
    "iam", "AddRoleToInstanceProfile", resource=resources.instance_profile, prepare=_may_pass
)
def add_role_to_instance_profile(
    call: Call, params: t.AddRoleToInstanceProfileRequestTypeDef
) -> None:
    profile, role = call.locked_instance_profile(), call.modifiable_role()
    if profile.role:
        raise quotas.exceeded("InstanceSessionsPerInstanceProfile", 1)
    profile.role = role
    profile.save(update_fields=["role"])


@operation("iam", "RemoveRoleFromInstanceProfile", resource=resources.instance_profile)
def remove_role_from_instance_profile(
    call: Call, params: t.RemoveRoleFromInstanceProfileRequestTypeDef
) -> None:
    profile, role = call.locked_instance_profile(), call.role()
    if profile.role != role:
        raise NoSuchEntity(f"The role with name {role.name} cannot be found.")
    profile.role = None
    profile.save(update_fields=["role"])


def _all(call: Call) -> InstanceProfileQuerySet:
    return InstanceProfile.objects.filter(account=call.account)


def _page(call: Call, profiles: InstanceProfileQuerySet) -> Result:
    """A page of profiles with their roles, without tags."""
    page = paging.page(
        call,
        profiles.select_related("role"),
        key="name_folded",
        member="InstanceProfiles",
        describe=lambda profile: profile,
    )
    return {**page, "InstanceProfiles": _described(page["InstanceProfiles"])}


def _described(profiles: Sequence[InstanceProfile]) -> list[dict[str, Any]]:
    held = [profile.role for profile in profiles if profile.role]
    shown = {role["RoleId"]: role for role in roles.described(held)}
    return [
        {
            **profile.describe(),
            "Roles": [shown[profile.role.unique_id]] if profile.role else [],
        }
        for profile in profiles
    ]


def _with_tags(profile: InstanceProfile, found: Sequence[t.TagTypeDef]) -> dict[str, Any]:
    (shown,) = _described([profile])
    return {**shown, "Tags": list(found)} if found else shown
