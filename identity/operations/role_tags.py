"""Tags of roles, whose keys are one key whatever their case; a new spelling replaces the old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.operations import resources, row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagRole", resource=resources.role)
def tag_role(call: Call, params: t.TagRoleRequestTypeDef) -> None:
    row_tags.put(call.locked_role(), params["Tags"], ignoring_case=True)


@operation("iam", "UntagRole", resource=resources.role)
def untag_role(call: Call, params: t.UntagRoleRequestTypeDef) -> None:
    row_tags.remove(call.locked_role(), params["TagKeys"], ignoring_case=True)


@operation("iam", "ListRoleTags", resource=resources.role)
def list_role_tags(call: Call, params: t.ListRoleTagsRequestTypeDef) -> Result:
    return row_tags.page(call, call.role(), ignoring_case=True)
