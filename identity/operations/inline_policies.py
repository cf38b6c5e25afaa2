"""Inline policies: documents that belong to one user, group or role and go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from identity import quotas
from identity.calls import Call
from identity.errors import LimitExceeded, NoSuchEntity
from identity.models import Group, Role, User
from identity.models.policy import InlinePolicy, InlinePolicyQuerySet
from identity.operations import keys, paging, resources
from identity.operations.registry import operation
from identity.policy import Kind, parse, size

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

Holder = User | Group | Role


class _Of(NamedTuple):
    """What AWS calls a kind of holder, and the size that all inline policies of one share."""

    kind: str
    member: str
    quota: int


_USER = _Of("user", "UserName", quotas.USER_POLICY_SIZE)
_GROUP = _Of("group", "GroupName", quotas.GROUP_POLICY_SIZE)
_ROLE = _Of("role", "RoleName", quotas.ROLE_POLICY_SIZE)


def _readable(call: Call) -> None:
    """Parsed before anything is locked."""
    parse(call.params["PolicyDocument"], Kind.IDENTITY)


# --- users ----------------------------------------------------------------------------------------


@operation(
    "iam",
    "PutUserPolicy",
    resource=resources.user,
    keys=keys.boundary_of_holder,
    prepare=_readable,
)
def put_user_policy(call: Call, params: t.PutUserPolicyRequestTypeDef) -> None:
    _put(call, call.locked_user(), _USER)


@operation("iam", "GetUserPolicy", resource=resources.user)
def get_user_policy(call: Call, params: t.GetUserPolicyRequestTypeDef) -> Result:
    return _get(call, call.user(), _USER)


@operation("iam", "ListUserPolicies", resource=resources.user)
def list_user_policies(call: Call, params: t.ListUserPoliciesRequestTypeDef) -> Result:
    return _list(call, call.user())


@operation("iam", "DeleteUserPolicy", resource=resources.user, keys=keys.boundary_of_holder)
def delete_user_policy(call: Call, params: t.DeleteUserPolicyRequestTypeDef) -> None:
    _delete(call, call.locked_user(), _USER)


# --- groups ---------------------------------------------------------------------------------------


@operation("iam", "PutGroupPolicy", resource=resources.group, prepare=_readable)
def put_group_policy(call: Call, params: t.PutGroupPolicyRequestTypeDef) -> None:
    _put(call, call.locked_group(), _GROUP)


@operation("iam", "GetGroupPolicy", resource=resources.group)
def get_group_policy(call: Call, params: t.GetGroupPolicyRequestTypeDef) -> Result:
    return _get(call, call.group(), _GROUP)


@operation("iam", "ListGroupPolicies", resource=resources.group)
def list_group_policies(call: Call, params: t.ListGroupPoliciesRequestTypeDef) -> Result:
    return _list(call, call.group())


@operation("iam", "DeleteGroupPolicy", resource=resources.group)
def delete_group_policy(call: Call, params: t.DeleteGroupPolicyRequestTypeDef) -> None:
    _delete(call, call.locked_group(), _GROUP)


# --- roles ----------------------------------------------------------------------------------------


@operation(
    "iam",
    "PutRolePolicy",
    resource=resources.role,
    keys=keys.boundary_of_holder,
    prepare=_readable,
)
def put_role_policy(call: Call, params: t.PutRolePolicyRequestTypeDef) -> None:
    _put(call, call.modifiable_role(), _ROLE)


@operation("iam", "GetRolePolicy", resource=resources.role)
def get_role_policy(call: Call, params: t.GetRolePolicyRequestTypeDef) -> Result:
    return _get(call, call.role(), _ROLE)


@operation("iam", "ListRolePolicies", resource=resources.role)
def list_role_policies(call: Call, params: t.ListRolePoliciesRequestTypeDef) -> Result:
    return _list(call, call.role())


@operation("iam", "DeleteRolePolicy", resource=resources.role, keys=keys.boundary_of_holder)
def delete_role_policy(call: Call, params: t.DeleteRolePolicyRequestTypeDef) -> None:
    _delete(call, call.modifiable_role(), _ROLE)


# --- what the three share -------------------------------------------------------------------------


def _policies(holder: Holder) -> InlinePolicyQuerySet[InlinePolicy]:
    found: InlinePolicyQuerySet[InlinePolicy] = holder.policies.all()  # type: ignore[assignment]  # the three managers are made from its children
    return found


def _put(call: Call, holder: Holder, of: _Of) -> None:
    """Write a policy, or another document under the name that it has, whatever the case."""
    name, document = call.params["PolicyName"], call.params["PolicyDocument"]
    present = _policies(holder).named(name)
    others = _policies(holder).exclude(pk__in=present.values("pk"))
    total = size(document) + sum(map(size, others.values_list("document", flat=True)))
    if total > of.quota:
        raise LimitExceeded(
            f"Maximum policy size of {of.quota} bytes exceeded for {of.kind} {holder.name}"
        )
    if not present.update(document=document):
        holder.policies.create(name=name, document=document)


def _get(call: Call, holder: Holder, of: _Of) -> Result:
    policy = _policies(holder).named(call.params["PolicyName"]).first()
    if policy is None:
        raise _no_such_policy(call, of)
    return {
        of.member: holder.name,
        "PolicyName": policy.name,
        "PolicyDocument": quote(policy.document, safe=""),
    }


def _list(call: Call, holder: Holder) -> Result:
    return paging.page(
        call, _policies(holder), key="name_folded", member="PolicyNames", describe=str
    )


def _delete(call: Call, holder: Holder, of: _Of) -> None:
    deleted, _ = _policies(holder).named(call.params["PolicyName"]).delete()
    if not deleted:
        raise _no_such_policy(call, of)


def _no_such_policy(call: Call, of: _Of) -> NoSuchEntity:
    return NoSuchEntity(
        f"The {of.kind} policy with name {call.params['PolicyName']} cannot be found."
    )
