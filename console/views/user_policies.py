"""The permissions tab of a user: its policies, those of its groups, its boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console import holder_permissions, smaller_policies
from console.holder_permissions import boundary_key
from console.holders import Holder, user_holder
from console.http import Request
from console.names import policy_address
from console.views.inline_policies import inline_policies
from console.views.user_pages import of_user, page
from identity import quotas
from identity.policy import size

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@require_safe
@of_user
def permissions(request: Request, user: t.UserTypeDef) -> HttpResponse:
    holder = user_holder(request, user)
    return page(request, user, "permissions.html", "permissions", holder=holder, **shown(holder))


def shown(holder: Holder) -> dict[str, object]:
    """What the permissions tab of any holder shows."""
    kind, boundary = holder.kind.api, getattr(holder.row, "boundary", None)
    off = holder.rights.denied(holder.arn, boundary_key(holder))
    policies = inline_policies(holder)
    memberships = holder_permissions.memberships(holder)
    documents = [policy.document.value or "" for policy in policies.value or []]
    return {
        "attached": holder_permissions.attached(holder),
        "memberships": memberships,
        "from_groups": holder_permissions.from_groups(holder, memberships.value or []),
        "policies": policies,
        "used": sum(size(document) for document in documents),
        "limit": holder.kind.inline_limit,
        "attached_limit": quotas.of(holder.row.account_id, f"PoliciesPer{kind}"),
        "inline_off": {"put": off[f"Put{kind}Policy"], "delete": off[f"Delete{kind}Policy"]},
        "boundary": boundary,
        "boundary_policy_url": policy_address("policy-permissions", boundary) if boundary else "",
        "smaller_url": smaller_policies.url(holder.kind.word, holder.name)
        if holder.kind.bounded
        else "",
        "boundary_off": {"remove": off[f"Delete{kind}PermissionsBoundary"]},
    }
