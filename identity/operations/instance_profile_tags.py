"""Tags of instance profiles, whose keys are told apart by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.operations import resources, row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagInstanceProfile", resource=resources.instance_profile)
def tag_instance_profile(call: Call, params: t.TagInstanceProfileRequestTypeDef) -> None:
    row_tags.put(call.locked_instance_profile(), params["Tags"])


@operation("iam", "UntagInstanceProfile", resource=resources.instance_profile)
def untag_instance_profile(call: Call, params: t.UntagInstanceProfileRequestTypeDef) -> None:
    row_tags.remove(call.locked_instance_profile(), params["TagKeys"])


@operation("iam", "ListInstanceProfileTags", resource=resources.instance_profile)
def list_instance_profile_tags(
    call: Call, params: t.ListInstanceProfileTagsRequestTypeDef
) -> Result:
    return row_tags.page(call, call.instance_profile())
