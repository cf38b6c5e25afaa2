"""Tags of managed policies, their keys told apart by case. Shipped policies have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.operations import resources, row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagPolicy", resource=resources.policy)
def tag_policy(call: Call, params: t.TagPolicyRequestTypeDef) -> None:
    row_tags.put(call.locked_policy(), params["Tags"])


@operation("iam", "UntagPolicy", resource=resources.policy)
def untag_policy(call: Call, params: t.UntagPolicyRequestTypeDef) -> None:
    row_tags.remove(call.locked_policy(), params["TagKeys"])


@operation("iam", "ListPolicyTags", resource=resources.policy)
def list_policy_tags(call: Call, params: t.ListPolicyTagsRequestTypeDef) -> Result:
    return row_tags.page(call, call.policy())
