"""Gives a user what another one has: groups, attached policies and inline ones."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from console.http import Request
from console.permissions import Rights
from console.user_summary import row_of
from identity import arns
from identity.calls import no_such_user
from identity.models import Group


@dataclass(frozen=True, slots=True)
class Parts:
    """What there is to copy; `kept` are inline policies of a name that the other has a policy of.

    `policies` are ARNs.
    """

    groups: list[str]
    policies: list[str]
    inline: list[str]
    kept: list[str]

    def __bool__(self) -> bool:
        return bool(self.groups or self.policies or self.inline)

    @property
    def policy_names(self) -> list[str]:
        return [arn.rpartition("/")[2] for arn in self.policies]


def of(request: Request, source: str, target: str) -> Parts:
    """What `source` has and `target` has not. Raises NoSuchEntity and AccessDenied."""
    theirs, own = _all(request, source), _all(request, target)
    groups, policies, inline = (
        [one for one in given if one not in had] for given, had in zip(theirs, own, strict=True)
    )
    return Parts(groups, policies, inline, kept=[one for one in theirs[2] if one in own[2]])


def _all(request: Request, name: str) -> tuple[list[str], list[str], list[str]]:
    """Groups, ARNs of attached policies and names of inline ones, each for who may list them."""
    row, rights = row_of(request, name), Rights(request)
    arn = row.arn if row else arns.user(request.caller.account_id, name)
    for action in ("ListGroupsForUser", "ListAttachedUserPolicies", "ListUserPolicies"):
        rights.require(action, arn, UserName=row.name if row else name)
    if row is None:
        raise no_such_user(name)
    groups = Group.objects.filter(memberships__user=row).order_by("name_folded")
    return (
        list(groups.values_list("name", flat=True)),
        list(row.attachments.order_by("policy__name_folded").values_list("policy__arn", flat=True)),
        list(row.policies.order_by("name_folded").values_list("name", flat=True)),
    )


def copy(request: Request, source: str, target: str) -> None:
    """Each part by its own call, with the rights of who copies; a boundary is left as it is.

    An inline policy never takes the place of one of the same name.
    """
    iam, parts = request.iam, of(request, source, target)
    for group in parts.groups:
        iam.add_user_to_group(UserName=target, GroupName=group)
    for arn in parts.policies:
        iam.attach_user_policy(UserName=target, PolicyArn=arn)
    for name in parts.inline:
        document = iam.get_user_policy(UserName=source, PolicyName=name)["PolicyDocument"]
        iam.put_user_policy(UserName=target, PolicyName=name, PolicyDocument=_text(document))


def _text(document: object) -> str:
    """As the API tells it in process: percent-encoded (RFC 3986), as it is on the wire."""
    return unquote(str(document))
