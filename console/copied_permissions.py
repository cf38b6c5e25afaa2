"""Gives a user what another one has: groups, attached policies and inline ones."""

from __future__ import annotations

from urllib.parse import unquote

from console.http import Request
from console.views.delete_user import policy_names


def copy(request: Request, source: str, target: str) -> None:
    """Each part by its own call, with the rights of who copies; a boundary is left as it is."""
    iam = request.iam
    for group in iam.list_groups_for_user(UserName=source)["Groups"]:
        iam.add_user_to_group(UserName=target, GroupName=group["GroupName"])
    for policy in iam.list_attached_user_policies(UserName=source)["AttachedPolicies"]:
        iam.attach_user_policy(UserName=target, PolicyArn=policy["PolicyArn"])
    for name in policy_names(request, source):
        document = iam.get_user_policy(UserName=source, PolicyName=name)["PolicyDocument"]
        iam.put_user_policy(UserName=target, PolicyName=name, PolicyDocument=_text(document))


def _text(document: object) -> str:
    """As the API tells it in process: percent-encoded (RFC 3986), as it is on the wire."""
    return unquote(str(document))
