"""On which ARN each action is authorised (the service authorization reference of IAM and STS)."""

from __future__ import annotations

from identity import arns
from identity.calls import Call


def user(call: Call) -> str:
    """The named user's ARN with its path, or the caller's own; a missing user has the root path."""
    found = call.named_user
    return found.arn if found else arns.user(call.account.id, call.params["UserName"])


def new_user(call: Call) -> str:
    """The ARN that the user will have."""
    path = call.params.get("Path", "/")
    return arns.user(call.account.id, call.params["UserName"], path)


def users(call: Call) -> str:
    """All users under the path that is asked for."""
    return arns.user(call.account.id, "", call.params.get("PathPrefix", "/"))
