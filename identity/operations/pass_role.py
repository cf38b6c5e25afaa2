"""`iam:PassRole`: no action of its own, but what every action asks that hands a role to a service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from identity import authorization
from identity.calls import Call
from identity.condition_keys import Keys


def require(call: Call, role_arn: str, service: str, associated_arn: str = "") -> None:
    """Raise AccessDenied unless the caller may pass the role to the service.

    `service` is a host such as `ec2.amazonaws.com`; `associated_arn` is what the role will work
    for, where the action knows it. Who calls this looks the role up in the caller's own account:
    roles are not passed between accounts.
    """
    keys: Keys = {"iam:PassedToService": service}
    if associated_arn:
        keys["iam:AssociatedResourceArn"] = associated_arn
    authorization.require(call, role_arn, "iam:PassRole", keys)
