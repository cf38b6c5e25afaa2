"""GetAccountAuthorizationDetails: all identities and policies of an account, as auditors read them.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db.models import Model, Q, QuerySet

from identity.calls import Call
from identity.models import (
    Group,
    GroupAttachment,
    GroupPolicy,
    InstanceProfile,
    ManagedPolicy,
    Membership,
    PolicyVersion,
    Role,
    RoleAttachment,
    RolePolicy,
    User,
    UserAttachment,
    UserPolicy,
    UserTag,
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
        "UserDetailList": _users(found.pop("User")),
        "RoleDetailList": _roles(found.pop("Role")),
        "GroupDetailList": _groups(found.pop("Group")),
        "Policies": _policies(policies),
        **found,
    }


def _itself(row: Any) -> Any:
    return row


def _all_users(call: Call) -> QuerySet[User]:
    return call.account.iam_users.select_related("boundary")


def _all_roles(call: Call) -> QuerySet[Role]:
    return Role.objects.filter(account=call.account).select_related("boundary")


def _all_groups(call: Call) -> QuerySet[Group]:
    return Group.objects.filter(account=call.account)


def _own_policies(call: Call) -> ManagedPolicyQuerySet:
    return ManagedPolicy.objects.of(call.account).with_uses_by(call.account)


def _shipped_policies(call: Call) -> ManagedPolicyQuerySet:
    """Of the shipped policies, those that the account uses."""
    return ManagedPolicy.objects.shipped().with_uses_by(call.account).filter(_IN_USE)


# Of each kind that `Filter` may name, in the order of the pages; the names are unique in each.
_KINDS: dict[str, Callable[[Call], QuerySet[Any]]] = {
    "User": _all_users,
    "Role": _all_roles,
    "Group": _all_groups,
    "LocalManagedPolicy": _own_policies,
    "AWSManagedPolicy": _shipped_policies,
}


# --- what belongs to the rows of a page, read in one query for all of them -----------------------


_Belongings = Mapping[int, list[Any]]


def _sorted_out(pairs: Iterable[tuple[int, Any]]) -> _Belongings:
    """What belongs to each row's number, in the order in which it came."""
    sorted_out: defaultdict[int, list[Any]] = defaultdict(list)
    for number, one in pairs:
        sorted_out[number].append(one)
    return sorted_out


def _attached(attachments: type[Attachment], holder: str, holders: Sequence[Model]) -> _Belongings:
    rows = attachments._default_manager.filter(**{f"{holder}__in": _numbers(holders)})
    found = rows.order_by("policy__name_folded").values_list(holder, "policy__name", "policy__arn")
    return _sorted_out(
        (number, {"PolicyName": name, "PolicyArn": arn}) for number, name, arn in found
    )


def _inline(policies: type[InlinePolicy], holder: str, holders: Sequence[Model]) -> _Belongings:
    rows = policies._default_manager.filter(**{f"{holder}__in": _numbers(holders)})
    found = rows.order_by("name_folded").values_list(holder, "name", "document")
    return _sorted_out(
        (number, {"PolicyName": name, "PolicyDocument": quote(document, safe="")})
        for number, name, document in found
    )


def _groups_of(users: Sequence[User]) -> _Belongings:
    rows = Membership.objects.filter(user__in=_numbers(users)).order_by("group__name")
    return _sorted_out(rows.values_list("user", "group__name"))


def _tags_of(users: Sequence[User]) -> _Belongings:
    rows = UserTag.objects.filter(user__in=_numbers(users)).order_by("key_folded")
    found = rows.values_list("user", "key", "value")
    return _sorted_out((number, {"Key": key, "Value": value}) for number, key, value in found)


def _profiles_of(roles_: Sequence[Role]) -> _Belongings:
    rows = InstanceProfile.objects.filter(role__in=_numbers(roles_)).order_by("name_folded")
    return _sorted_out((profile.role_id or 0, profile.describe()) for profile in rows)


def _versions_of(policies: Sequence[ManagedPolicy]) -> _Belongings:
    rows = PolicyVersion.objects.filter(policy__in=_numbers(policies)).order_by("-number")
    return _sorted_out((version.policy_id, version) for version in rows)


def _numbers(rows: Iterable[Model]) -> list[int]:
    return [row.pk for row in rows]


# --- what is shown -------------------------------------------------------------------------------


def _users(users: Sequence[User]) -> list[Result]:
    attached, inline = _attached(UserAttachment, "user", users), _inline(UserPolicy, "user", users)
    groups, tags = _groups_of(users), _tags_of(users)
    return [
        _without_last_use(user)
        | {
            "UserPolicyList": inline[user.pk],
            "GroupList": groups[user.pk],
            "AttachedManagedPolicies": attached[user.pk],
            **boundaries.describe(user),
            "Tags": tags[user.pk],
        }
        for user in users
    ]


def _without_last_use(user: User) -> Result:
    shown = user.describe()
    shown.pop("PasswordLastUsed", None)
    return shown


def _groups(groups: Sequence[Group]) -> list[Result]:
    attached = _attached(GroupAttachment, "group", groups)
    inline = _inline(GroupPolicy, "group", groups)
    return [
        group.describe()
        | {
            "GroupPolicyList": inline[group.pk],
            "AttachedManagedPolicies": attached[group.pk],
        }
        for group in groups
    ]


def _roles(found: Sequence[Role]) -> list[Result]:
    """The principals in the trust policies of all are looked up together."""
    attached, inline = _attached(RoleAttachment, "role", found), _inline(RolePolicy, "role", found)
    profiles = _profiles_of(found)
    return [
        {name: shown[name] for name in _ROLE_MEMBERS}
        | {
            "InstanceProfileList": [one | {"Roles": [shown]} for one in profiles[role.pk]],
            "RolePolicyList": inline[role.pk],
            "AttachedManagedPolicies": attached[role.pk],
            **boundaries.describe(role),
            "Tags": row_tags.in_order(role, ignoring_case=True),
            "RoleLastUsed": role.last_used(),
        }
        for role, shown in zip(found, roles.described(found), strict=True)
    ]


_ROLE_MEMBERS = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")


def _policies(policies: Sequence[ManagedPolicy]) -> list[Result]:
    """One that lost its versions was deleted since the page was read."""
    versions = _versions_of(policies)
    return [_policy(one, versions[one.pk]) for one in policies if versions[one.pk]]


def _policy(policy: ManagedPolicy, versions: Sequence[PolicyVersion]) -> Result:
    """The version in force is among those that were read: it is not asked for again."""
    in_force = (one for one in versions if one.pk == policy.default_version_id)
    policy.default_version = next(in_force, versions[0])
    listed = [
        {
            "Document": quote(version.document, safe=""),
            "VersionId": version.version_id,
            "IsDefaultVersion": version is policy.default_version,
            "CreateDate": version.created_at,
        }
        for version in versions
    ]
    return policy.describe() | {"PolicyVersionList": listed}
