"""Managed policies: the account's own, and the shipped ones that it sees beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db.models import Q

from identity import authorization, identifiers, quotas
from identity.calls import Call
from identity.errors import DeleteConflict, EntityAlreadyExists, ValidationError
from identity.models import ManagedPolicy, PolicyUsage
from identity.operations import paging, resources, tags
from identity.operations.registry import operation
from identity.policy import Kind, parse, size

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.models.managed_policy import ManagedPolicyQuerySet
    from identity.operations.registry import Result

_DESCRIPTION = re.compile(r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*")

_new_policy = resources.new("policy", "PolicyName")

# Which uses OnlyAttached means; a usage filter without OnlyAttached has no effect.
_USES = {
    None: Q(attachment_count__gt=0) | Q(boundary_count__gt=0),
    "PermissionsPolicy": Q(attachment_count__gt=0),
    "PermissionsBoundary": Q(boundary_count__gt=0),
}


def check_document(document: str) -> None:
    """Raise MalformedPolicyDocument, or LimitExceeded for a document above the quota."""
    parse(document, Kind.MANAGED)
    if size(document) > quotas.POLICY_SIZE:
        raise quotas.exceeded("PolicySize", quotas.POLICY_SIZE)


def _check_description(description: str) -> None:
    """Raise ValidationError for characters that IAM refuses, though its model does not say so."""
    if not _DESCRIPTION.fullmatch(description):
        raise ValidationError(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_DESCRIPTION.pattern}"
        )


def _may_tag(call: Call) -> None:
    """Tags at creation are a second permission."""
    if call.params.get("Tags"):
        authorization.require(call, _new_policy(call), "iam:TagPolicy")


@operation("iam", "CreatePolicy", resource=_new_policy, prepare=_may_tag)
def create_policy(call: Call, params: t.CreatePolicyRequestTypeDef) -> Result:
    _check_description(params.get("Description", ""))
    tags.check(params.get("Tags", []), ignoring_case=False)
    check_document(params["PolicyDocument"])
    _require_free(call, params["PolicyName"])
    policy = _made(call, params)
    quotas.take(call.account, "policy_count", "PoliciesPerAccount")
    return {"Policy": _in_full(policy)}


def _require_free(call: Call, name: str) -> None:
    if ManagedPolicy.objects.of(call.account).named(name).exists():
        raise EntityAlreadyExists(
            f"A policy called {name} already exists. Duplicate names are not allowed."
        )


def _made(call: Call, params: t.CreatePolicyRequestTypeDef) -> ManagedPolicy:
    """The new policy with its first version."""
    policy = ManagedPolicy.objects.create(
        account=call.account,
        unique_id=identifiers.unique_id("ANPA"),
        name=params["PolicyName"],
        path=params.get("Path", "/"),
        description=params.get("Description", ""),
        tags=list(params.get("Tags", [])),
    )
    policy.default_version = policy.versions.create(document=params["PolicyDocument"])
    policy.save(update_fields=["default_version"])
    return policy


@operation("iam", "GetPolicy", resource=resources.policy)
def get_policy(call: Call, params: t.GetPolicyRequestTypeDef) -> Result:
    policy = call.policy()
    policy.tags.sort(key=lambda tag: str(tag["Key"]))
    return {"Policy": _in_full(policy)}


def _in_full(policy: ManagedPolicy) -> Result:
    """With what lists leave out."""
    shown = policy.describe()
    if policy.description:
        shown["Description"] = policy.description
    return {**shown, "Tags": policy.tags} if policy.tags else shown


@operation("iam", "ListPolicies")
def list_policies(call: Call, params: t.ListPoliciesRequestTypeDef) -> Result:
    policies = _in_scope(call, params.get("Scope", "All")).under(params.get("PathPrefix", "/"))
    policies = policies.with_uses_by(call.account)
    if params.get("OnlyAttached"):
        policies = policies.filter(_USES[params.get("PolicyUsageFilter")])
    policies = policies.select_related("default_version").defer("default_version__document")
    return paging.page_of_policies(
        call, policies, member="Policies", describe=ManagedPolicy.describe
    )


def _in_scope(call: Call, scope: str) -> ManagedPolicyQuerySet:
    if scope == "AWS":
        return ManagedPolicy.objects.shipped()
    if scope == "Local":
        return ManagedPolicy.objects.of(call.account)
    return ManagedPolicy.objects.visible_to(call.account)


@operation("iam", "DeletePolicy", resource=resources.policy)
def delete_policy(call: Call, params: t.DeletePolicyRequestTypeDef) -> None:
    """Delete a policy that nobody uses, with its last version.

    The count of uses is locked before the policy, in the order of who attaches it.
    """
    uses = PolicyUsage.objects.filter(policy=call.own_policy()).select_for_update()
    if any(use.attachment_count or use.boundary_count for use in uses):
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    policy = call.locked_policy()
    if policy.versions.count() > 1:
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy."
        )
    policy.delete()
    call.account.count(policy_count=-1)
