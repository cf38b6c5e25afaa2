"""Versions of managed policies: documents that do not change, one of them in force."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.utils import timezone

from identity import quotas
from identity.calls import Call
from identity.errors import DeleteConflict, LimitExceeded, NoSuchEntity
from identity.models import ManagedPolicy, PolicyVersion
from identity.operations import paging, policies, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "CreatePolicyVersion", resource=resources.policy, prepare=Call.own_policy)
def create_policy_version(call: Call, params: t.CreatePolicyVersionRequestTypeDef) -> Result:
    """Add a version; those who do so at once wait for each other at the policy's row."""
    policies.check_document(params["PolicyDocument"])
    policy = call.locked_policy()
    if policy.versions.count() >= quotas.VERSIONS_PER_POLICY:
        raise LimitExceeded(
            f"A managed policy can have up to {quotas.VERSIONS_PER_POLICY} versions. Before you "
            "create a new version, you must delete an existing version."
        )
    policy.newest += 1
    version = policy.versions.create(number=policy.newest, document=params["PolicyDocument"])
    if params.get("SetAsDefault"):
        policy.default_version = version
    _touch(policy)
    return {"PolicyVersion": _describe(policy, version)}


@operation("iam", "GetPolicyVersion", resource=resources.policy)
def get_policy_version(call: Call, params: t.GetPolicyVersionRequestTypeDef) -> Result:
    policy = call.policy()
    version = _version(policy, params["VersionId"])
    document = quote(version.document, safe="")
    return {"PolicyVersion": {"Document": document, **_describe(policy, version)}}


@operation("iam", "ListPolicyVersions", resource=resources.policy)
def list_policy_versions(call: Call, params: t.ListPolicyVersionsRequestTypeDef) -> Result:
    """The newest first, without the documents."""
    policy = call.policy()
    versions = policy.versions.order_by("-number").defer("document")
    shown = [_describe(policy, version) for version in versions]
    return paging.page_of_few(call, shown, member="Versions")


@operation("iam", "DeletePolicyVersion", resource=resources.policy)
def delete_policy_version(call: Call, params: t.DeletePolicyVersionRequestTypeDef) -> None:
    policy = call.locked_policy()
    version = _version(policy, params["VersionId"])
    if version == policy.default_version:
        raise DeleteConflict("Cannot delete the default version of a policy.")
    version.delete()
    _touch(policy)


@operation("iam", "SetDefaultPolicyVersion", resource=resources.policy)
def set_default_policy_version(call: Call, params: t.SetDefaultPolicyVersionRequestTypeDef) -> None:
    """Put a version in force: it decides from the very next request."""
    policy = call.locked_policy()
    policy.default_version = _version(policy, params["VersionId"])
    _touch(policy)


def _version(policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    for version in policy.versions.all():
        if version.version_id == version_id:
            return version
    raise NoSuchEntity(
        f"Policy {policy.arn} version {version_id} does not exist or is not attachable."
    )


def _touch(policy: ManagedPolicy) -> None:
    policy.updated_at = timezone.now()
    policy.save(update_fields=["default_version", "newest", "updated_at"])


def _describe(policy: ManagedPolicy, version: PolicyVersion) -> Result:
    """The `PolicyVersion` structure without its document."""
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version == policy.default_version,
        "CreateDate": version.created_at,
    }
