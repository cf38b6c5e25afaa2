"""Managed policies on users, groups and roles: attach, detach, and list what is attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import quotas
from identity.calls import Call, no_such_policy, require_policy_arn
from identity.errors import NoSuchEntity, PolicyNotAttachable
from identity.models import Group, ManagedPolicy, PolicyUsage, Role, User
from identity.models.attachment import attached_to
from identity.operations import keys, paging, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

Holder = User | Group | Role


@operation("iam", "AttachUserPolicy", resource=resources.user, keys=keys.policy_arn)
def attach_user_policy(call: Call, params: t.AttachUserPolicyRequestTypeDef) -> None:
    _attach(call, call.locked_user(), "PoliciesPerUser")


@operation("iam", "AttachGroupPolicy", resource=resources.group, keys=keys.policy_arn)
def attach_group_policy(call: Call, params: t.AttachGroupPolicyRequestTypeDef) -> None:
    _attach(call, call.locked_group(), "PoliciesPerGroup")


@operation("iam", "AttachRolePolicy", resource=resources.role, keys=keys.policy_arn)
def attach_role_policy(call: Call, params: t.AttachRolePolicyRequestTypeDef) -> None:
    _attach(call, call.modifiable_role(), "PoliciesPerRole")


@operation("iam", "DetachUserPolicy", resource=resources.user, keys=keys.policy_arn)
def detach_user_policy(call: Call, params: t.DetachUserPolicyRequestTypeDef) -> None:
    _detach(call, call.locked_user())


@operation("iam", "DetachGroupPolicy", resource=resources.group, keys=keys.policy_arn)
def detach_group_policy(call: Call, params: t.DetachGroupPolicyRequestTypeDef) -> None:
    _detach(call, call.locked_group())


@operation("iam", "DetachRolePolicy", resource=resources.role, keys=keys.policy_arn)
def detach_role_policy(call: Call, params: t.DetachRolePolicyRequestTypeDef) -> None:
    _detach(call, call.modifiable_role())


@operation("iam", "ListAttachedUserPolicies", resource=resources.user)
def list_attached_user_policies(
    call: Call, params: t.ListAttachedUserPoliciesRequestTypeDef
) -> Result:
    return _list(call, call.user())


@operation("iam", "ListAttachedGroupPolicies", resource=resources.group)
def list_attached_group_policies(
    call: Call, params: t.ListAttachedGroupPoliciesRequestTypeDef
) -> Result:
    return _list(call, call.group())


@operation("iam", "ListAttachedRolePolicies", resource=resources.role)
def list_attached_role_policies(
    call: Call, params: t.ListAttachedRolePoliciesRequestTypeDef
) -> Result:
    return _list(call, call.role())


def attachable(call: Call, arn: str, called: str) -> ManagedPolicy:
    """The policy to attach or to be a boundary; `called` is how AWS begins the refusal.

    NoSuchEntity when the account sees none such, PolicyNotAttachable when it is a service's own.
    """
    require_policy_arn(arn)
    policy = ManagedPolicy.visible_at(call.account.pk, arn)
    if policy is None or not policy.is_attachable:
        raise NoSuchEntity(f"{called} {arn} does not exist or is not attachable.")
    if policy.is_shipped and policy.path.startswith("/aws-service-role/"):
        raise PolicyNotAttachable("Cannot attach a Service Role Policy to a Customer Role.")
    return policy


def _attach(call: Call, holder: Holder, quota: str) -> None:
    """Attach to a locked holder, so that neither the quota nor the count of uses can be raced."""
    policy = attachable(call, call.params["PolicyArn"], "Policy")
    attached = attached_to(holder)
    if policy.pk in attached:
        return
    limit = quotas.of(call.account.pk, quota)
    if len(attached) >= limit:
        raise quotas.exceeded(quota, limit)
    holder.attachments.create(policy=policy, account=call.account)
    PolicyUsage.count(policy, call.account, attachment_count=1)


def _detach(call: Call, holder: Holder) -> None:
    policy = call.policy()
    detached, _ = holder.attachments.filter(policy=policy).delete()
    if not detached:
        raise no_such_policy(policy.arn)
    PolicyUsage.count(policy, call.account, attachment_count=-1)


def _list(call: Call, holder: Holder) -> Result:
    attached = ManagedPolicy.objects.filter(pk__in=holder.attachments.values("policy"))
    return paging.page_of_policies(
        call,
        attached.under(call.params.get("PathPrefix", "/")),
        member="AttachedPolicies",
        describe=lambda policy: {"PolicyName": policy.name, "PolicyArn": policy.arn},
    )
