"""ListEntitiesForPolicy: who has a managed policy, attached or as the boundary."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from identity.calls import Call
from identity.models import (
    Group,
    GroupAttachment,
    ManagedPolicy,
    Role,
    RoleAttachment,
    User,
    UserAttachment,
)
from identity.operations import paging, resources
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

# In the order of the list. Groups have no boundary.
_HOLDERS: dict[str, tuple[Any, Any]] = {
    "Group": (Group, GroupAttachment),
    "User": (User, UserAttachment),
    "Role": (Role, RoleAttachment),
}


@operation("iam", "ListEntitiesForPolicy", resource=resources.policy)
def list_entities_for_policy(call: Call, params: t.ListEntitiesForPolicyRequestTypeDef) -> Result:
    """Groups, then users, then roles of this account, each in the order of their names."""
    policy = call.policy()
    lists = {
        f"Policy{kind}s": (_holders(call, policy, kind), partial(_describe, kind))
        for kind in _HOLDERS
    }
    return paging.page_across(call, lists, key="name_folded")


def _holders(call: Call, policy: ManagedPolicy, kind: str) -> QuerySet[Any]:
    model, attachment = _HOLDERS[kind]
    attached = attachment.objects.filter(policy=policy, account=call.account).values(kind.lower())
    uses = {None: Q(pk__in=attached), "PermissionsPolicy": Q(pk__in=attached)}
    if kind != "Group":
        bounded = model.objects.filter(boundary=policy, account=call.account).values("pk")
        uses |= {"PermissionsBoundary": Q(pk__in=bounded), None: Q(pk__in=attached.union(bounded))}
    used = uses.get(call.params.get("PolicyUsageFilter"), Q(pk__in=()))
    if call.params.get("EntityFilter", kind) != kind:
        used = Q(pk__in=())
    # Only the holders say whose they are: with the account here, all that it has would be read.
    found: QuerySet[Any] = model.objects.under(call.params.get("PathPrefix", "/")).filter(used)
    return found


def _describe(kind: str, holder: Group | User | Role) -> Result:
    return {f"{kind}Name": holder.name, f"{kind}Id": holder.unique_id}
