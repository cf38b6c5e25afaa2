"""GetAccountAuthorizationDetails: all identities and policies of an account, as auditors read them.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db.models import Prefetch, Q, QuerySet

from identity.calls import Call
from identity.models import (
    Group,
    GroupAttachment,
    InstanceProfile,
    ManagedPolicy,
    Membership,
    PolicyVersion,
    Role,
    RoleAttachment,
    User,
    UserAttachment,
)
from identity.models.attachment import Attachment
from identity.models.policy import InlinePolicy
from identity.operations import boundaries, paging, roles, row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.models.managed_policy import ManagedPolicyQuerySet
    from identity.operations.registry import Result

_IN_USE = Q(attachment_count__gt=0) | Q(boundary_count__gt=0)


@operation("iam", "GetAccountAuthorizationDetails")
def get_account_authorization_details(
    call: Call, params: t.GetAccountAuthorizationDetailsRequestTypeDef
) -> Result:
    """One page over users, roles, groups, own policies and shipped ones, in this order.

    How much a page costs depends on what is on it: each kind comes with a fixed number of queries.
    """
    wanted = set(params.get("Filter") or _KINDS)
    rows = {kind: (of(call), _itself) for kind, of in _KINDS.items() if kind in wanted}
    found: dict[str, Any] = {kind: [] for kind in _KINDS} | paging.page_across(
        call, rows, key="name_folded"
    )
    policies = [*found.pop("LocalManagedPolicy"), *found.pop("AWSManagedPolicy")]
    return {
        "UserDetailList": [_user(user) for user in found.pop("User")],
        "RoleDetailList": _roles(found.pop("Role")),
        "GroupDetailList": [_group(group) for group in found.pop("Group")],
        "Policies": [_policy(policy) for policy in policies],
        **found,
    }


def _itself(row: Any) -> Any:
    return row


# --- what is read --------------------------------------------------------------------------------


def _users(call: Call) -> QuerySet[User]:
    return call.account.iam_users.select_related("boundary").prefetch_related(
        _attached(UserAttachment),
        Prefetch("memberships", Membership.objects.select_related("group").order_by("group__name")),
        "policies",
        "tags",
    )


def _all_roles(call: Call) -> QuerySet[Role]:
    return (
        Role.objects.filter(account=call.account)
        .select_related("boundary")
        .prefetch_related(
            _attached(RoleAttachment),
            Prefetch("instance_profiles", InstanceProfile.objects.order_by("name_folded")),
            "policies",
        )
    )


def _groups(call: Call) -> QuerySet[Group]:
    groups = Group.objects.filter(account=call.account)
    return groups.prefetch_related(_attached(GroupAttachment), "policies")


def _own_policies(call: Call) -> QuerySet[ManagedPolicy]:
    return _in_full(call, ManagedPolicy.objects.of(call.account))


def _shipped_policies(call: Call) -> QuerySet[ManagedPolicy]:
    """Of the shipped policies, those that the account uses."""
    return _in_full(call, ManagedPolicy.objects.shipped()).filter(_IN_USE)


def _in_full(call: Call, policies: ManagedPolicyQuerySet) -> QuerySet[ManagedPolicy]:
    versions = PolicyVersion.objects.order_by("-number")
    counted = policies.with_uses_by(call.account).select_related("default_version")
    return counted.prefetch_related(Prefetch("versions", versions))


def _attached(attachments: type[Attachment]) -> Prefetch[str]:
    rows = attachments._default_manager.select_related("policy").order_by("policy__name_folded")
    return Prefetch("attachments", rows)


# Of each kind that `Filter` may name, in the order of the pages; the names are unique in each.
_KINDS: dict[str, Callable[[Call], QuerySet[Any]]] = {
    "User": _users,
    "Role": _all_roles,
    "Group": _groups,
    "LocalManagedPolicy": _own_policies,
    "AWSManagedPolicy": _shipped_policies,
}


# --- what is shown -------------------------------------------------------------------------------


def _user(user: User) -> Result:
    shown = user.describe()
    shown.pop("PasswordLastUsed", None)
    return shown | {
        "UserPolicyList": _inline(user.policies.all()),
        "GroupList": [membership.group.name for membership in user.memberships.all()],
        "AttachedManagedPolicies": _managed(user.attachments.all()),
        **boundaries.describe(user),
        "Tags": [tag.describe() for tag in user.tags.all()],
    }


def _group(group: Group) -> Result:
    return group.describe() | {
        "GroupPolicyList": _inline(group.policies.all()),
        "AttachedManagedPolicies": _managed(group.attachments.all()),
    }


def _roles(found: Sequence[Role]) -> list[Result]:
    """The principals in the trust policies of all are looked up together."""
    return [_role(role, shown) for role, shown in zip(found, roles.described(found), strict=True)]


def _role(role: Role, shown: Result) -> Result:
    detail = {name: shown[name] for name in _ROLE_MEMBERS}
    profiles = [profile.describe() | {"Roles": [shown]} for profile in role.instance_profiles.all()]
    return detail | {
        "InstanceProfileList": profiles,
        "RolePolicyList": _inline(role.policies.all()),
        "AttachedManagedPolicies": _managed(role.attachments.all()),
        **boundaries.describe(role),
        "Tags": row_tags.in_order(role, ignoring_case=True),
        "RoleLastUsed": role.last_used(),
    }


_ROLE_MEMBERS = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")


def _policy(policy: ManagedPolicy) -> Result:
    versions = [
        {
            "Document": quote(version.document, safe=""),
            "VersionId": version.version_id,
            "IsDefaultVersion": version.pk == policy.default_version_id,
            "CreateDate": version.created_at,
        }
        for version in policy.versions.all()
    ]
    return policy.describe() | {"PolicyVersionList": versions}


def _inline(policies: Iterable[InlinePolicy]) -> list[Result]:
    return [
        {"PolicyName": policy.name, "PolicyDocument": quote(policy.document, safe="")}
        for policy in sorted(policies, key=lambda policy: policy.name_folded)
    ]


def _managed(attachments: Iterable[Attachment]) -> list[Result]:
    return [
        {"PolicyName": attached.policy.name, "PolicyArn": attached.policy.arn}
        for attached in attachments
    ]
