"""Tags of OpenID Connect providers, whose keys are told apart by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.operations import provider_tags, resources
from identity.calls import Call
from identity.operations import row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagOpenIDConnectProvider", resource=resources.oidc_provider)
def tag_open_id_connect_provider(
    call: Call, params: t.TagOpenIDConnectProviderRequestTypeDef
) -> None:
    row_tags.put(resources.oidc_of(call, locked=True), params["Tags"])


@operation("iam", "UntagOpenIDConnectProvider", resource=resources.oidc_provider)
def untag_open_id_connect_provider(
    call: Call, params: t.UntagOpenIDConnectProviderRequestTypeDef
) -> None:
    provider_tags.remove(resources.oidc_of(call, locked=True), params["TagKeys"])


@operation("iam", "ListOpenIDConnectProviderTags", resource=resources.oidc_provider)
def list_open_id_connect_provider_tags(
    call: Call, params: t.ListOpenIDConnectProviderTagsRequestTypeDef
) -> Result:
    return row_tags.page(call, resources.oidc_of(call))
