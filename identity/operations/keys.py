"""Condition keys of single actions: what an action is told, beyond who asks and on what.

As in the service authorization reference of IAM. The key of a boundary is absent where there is
none, so that a condition on it fails.
"""

from __future__ import annotations

from identity.calls import Call
from identity.condition_keys import Keys
from identity.models import ManagedPolicy, ServiceSpecificCredential


def policy_arn(call: Call) -> Keys:
    """Of Attach… and Detach…: which policy; and the boundary of who has or gets it."""
    return {"iam:PolicyARN": str(call.params["PolicyArn"])} | boundary_of_holder(call)


def requested_boundary(call: Call) -> Keys:
    """Of CreateUser, CreateRole and Put…PermissionsBoundary: the boundary asked for."""
    given = call.params.get("PermissionsBoundary")
    return {"iam:PermissionsBoundary": str(given)} if given else {}


def boundary_of_holder(call: Call) -> Keys:
    """The boundary that the named user or role has now; groups have none."""
    boundary = _boundary(call)
    return {"iam:PermissionsBoundary": boundary.arn} if boundary else {}


def requested_service_credential(call: Call) -> Keys:
    """Of CreateServiceSpecificCredential: which service, and how many days if not for ever."""
    keys: Keys = {"iam:ServiceSpecificCredentialServiceName": call.params["ServiceName"].lower()}
    days = call.params.get("CredentialAgeDays")
    return keys if days is None else keys | {"iam:ServiceSpecificCredentialAgeDays": str(days)}


def service_of_credential(call: Call) -> Keys:
    """Of what is done with a service-specific credential: for which service it is."""
    named = ServiceSpecificCredential.objects.filter(
        pk=call.params["ServiceSpecificCredentialId"], user__account=call.account
    )
    service = named.values_list("service", flat=True).first()
    return {"iam:ServiceSpecificCredentialServiceName": service} if service else {}


def _boundary(call: Call) -> ManagedPolicy | None:
    if "UserName" in call.params:
        return call.named_user.boundary if call.named_user else None
    if "RoleName" in call.params:
        return call.named_role.boundary if call.named_role else None
    return None
