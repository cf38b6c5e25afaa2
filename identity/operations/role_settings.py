"""What changes about a role that is there: description, session duration, and whom it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import trust_principals
from identity.calls import Call
from identity.operations import keys, resources, roles
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "UpdateRole", resource=resources.role, keys=keys.boundary_of_holder)
def update_role(call: Call, params: t.UpdateRoleRequestTypeDef) -> None:
    """What is left out stays; of a service-linked role only the description changes."""
    fixed = "MaxSessionDuration" in params
    role = call.modifiable_role() if fixed else call.locked_role()
    role.description = params.get("Description", role.description)
    role.max_session_duration = params.get("MaxSessionDuration", role.max_session_duration)
    role.save(update_fields=["description", "max_session_duration"])


@operation("iam", "UpdateRoleDescription", resource=resources.role, keys=keys.boundary_of_holder)
def update_role_description(call: Call, params: t.UpdateRoleDescriptionRequestTypeDef) -> Result:
    role = call.locked_role()
    role.description = params["Description"]
    role.save(update_fields=["description"])
    return {"Role": roles.described([role])[0]}


@operation("iam", "UpdateAssumeRolePolicy", resource=resources.role, keys=keys.boundary_of_holder)
def update_assume_role_policy(call: Call, params: t.UpdateAssumeRolePolicyRequestTypeDef) -> None:
    role = call.modifiable_role()
    role.trust_policy = trust_principals.stored(params["PolicyDocument"], call.account)
    role.save(update_fields=["trust_policy"])
