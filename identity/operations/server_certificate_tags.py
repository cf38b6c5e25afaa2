"""Tags of server certificates, whose keys are told apart by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.errors import InvalidInput
from identity.operations import resources, row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagServerCertificate", resource=resources.server_certificate)
def tag_server_certificate(call: Call, params: t.TagServerCertificateRequestTypeDef) -> None:
    row_tags.put(call.locked_server_certificate(), params["Tags"])


@operation("iam", "UntagServerCertificate", resource=resources.server_certificate)
def untag_server_certificate(call: Call, params: t.UntagServerCertificateRequestTypeDef) -> None:
    if not params["TagKeys"]:
        raise InvalidInput("The list of tag keys must not be empty.")
    row_tags.remove(call.locked_server_certificate(), params["TagKeys"])


@operation("iam", "ListServerCertificateTags", resource=resources.server_certificate)
def list_server_certificate_tags(
    call: Call, params: t.ListServerCertificateTagsRequestTypeDef
) -> Result:
    return row_tags.page(call, call.server_certificate())
