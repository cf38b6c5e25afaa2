"""Inline policies of users: documents that belong to one user and go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from identity import quotas
from identity.calls import Call
from identity.errors import LimitExceeded, NoSuchEntity
from identity.models import User, UserPolicy
from identity.operations import paging, resources
from identity.operations.registry import operation
from identity.policy import Kind, parse, size

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "PutUserPolicy", resource=resources.user)
def put_user_policy(call: Call, params: t.PutUserPolicyRequestTypeDef) -> None:
    """Write a policy, or another document under the name that it has, whatever the case."""
    name, document = params["PolicyName"], params["PolicyDocument"]
    parse(document, Kind.IDENTITY)
    user = call.locked_user()
    _require_room(user, name, document)
    present = UserPolicy.objects.named(name).filter(user=user).first()
    policy = present or UserPolicy(user=user, name=name)
    policy.document = document
    policy.save()


def _require_room(user: User, name: str, document: str) -> None:
    others = UserPolicy.objects.filter(user=user).exclude(pk__in=UserPolicy.objects.named(name))
    total = size(document) + sum(map(size, others.values_list("document", flat=True)))
    if total > quotas.USER_POLICY_SIZE:
        raise LimitExceeded(
            f"Maximum policy size of {quotas.USER_POLICY_SIZE} bytes exceeded for user {user.name}"
        )


@operation("iam", "GetUserPolicy", resource=resources.user)
def get_user_policy(call: Call, params: t.GetUserPolicyRequestTypeDef) -> Result:
    user = call.user()
    policy = UserPolicy.objects.named(params["PolicyName"]).filter(user=user).first()
    if policy is None:
        raise _no_such_policy(params["PolicyName"])
    return {
        "UserName": user.name,
        "PolicyName": policy.name,
        "PolicyDocument": quote(policy.document, safe=""),
    }


@operation("iam", "ListUserPolicies", resource=resources.user)
def list_user_policies(call: Call, params: t.ListUserPoliciesRequestTypeDef) -> Result:
    policies = UserPolicy.objects.filter(user=call.user())
    return paging.page(call, policies, key="name_folded", member="PolicyNames", describe=str)


@operation("iam", "DeleteUserPolicy", resource=resources.user)
def delete_user_policy(call: Call, params: t.DeleteUserPolicyRequestTypeDef) -> None:
    named = UserPolicy.objects.named(params["PolicyName"])
    deleted, _ = named.filter(user=call.user()).delete()
    if not deleted:
        raise _no_such_policy(params["PolicyName"])


def _no_such_policy(name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The user policy with name {name} cannot be found.")
