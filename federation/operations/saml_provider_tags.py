"""Tags of SAML providers, whose keys are told apart by case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.operations import provider_tags, resources
from identity.calls import Call
from identity.operations import row_tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "TagSAMLProvider", resource=resources.saml_provider)
def tag_saml_provider(call: Call, params: t.TagSAMLProviderRequestTypeDef) -> None:
    row_tags.put(resources.saml_of(call, locked=True), params["Tags"])


@operation("iam", "UntagSAMLProvider", resource=resources.saml_provider)
def untag_saml_provider(call: Call, params: t.UntagSAMLProviderRequestTypeDef) -> None:
    provider_tags.remove(resources.saml_of(call, locked=True), params["TagKeys"])


@operation("iam", "ListSAMLProviderTags", resource=resources.saml_provider)
def list_saml_provider_tags(call: Call, params: t.ListSAMLProviderTagsRequestTypeDef) -> Result:
    return row_tags.page(call, resources.saml_of(call))
