"""Centralized root access: features of an organization, and no account here is in one."""

from __future__ import annotations

from identity.calls import Call
from identity.errors import OrganizationNotFound
from identity.operations.registry import operation

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
