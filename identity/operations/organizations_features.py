"""What is an organization's: centralized root access and its reports; no account here is in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.calls import Call
from identity.errors import NoSuchEntity, OrganizationNotFound
from identity.operations import paging
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

_ACTIONS = (
    "DisableOrganizationsRootCredentialsManagement",
    "DisableOrganizationsRootSessions",
    "EnableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions",
    "ListOrganizationsFeatures",
)


def in_no_organization(call: Call, params: dict[str, object]) -> None:
    raise OrganizationNotFound("No organization is associated with your account.")


for _action in _ACTIONS:
    operation("iam", _action)(in_no_organization)


@operation("iam", "GetOrganizationsAccessReport")
def get_organizations_access_report(
    call: Call, params: t.GetOrganizationsAccessReportRequestTypeDef
) -> None:
    """No account here manages an organization, so that no report was ever asked for."""
    paging.require_own_marker(call)
    raise NoSuchEntity(f"The job with ID {params['JobId']} cannot be found.")
