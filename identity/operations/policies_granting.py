"""ListPoliciesGrantingServiceAccess: which policies open a service to a user, group or role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from identity.calls import Call
from identity.models.permissions import Granted, Holder
from identity.operations import paging
from identity.operations import simulation_entities as entities
from identity.operations.registry import operation
from identity.policy import Document, Statement, load

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


def _entity_arn(call: Call) -> str:
    return entities.source_arn(call, "Arn")


@operation("iam", "ListPoliciesGrantingServiceAccess", resource=_entity_arn)
def list_policies_granting_service_access(
    call: Call, params: t.ListPoliciesGrantingServiceAccessRequestTypeDef
) -> Result:
    """For each service, what allows any of its actions: denials and boundaries do not count."""
    listed = granting(entities.source(call, "Arn"), params["ServiceNamespaces"])
    return paging.page_of_few(call, listed, member="PoliciesGrantingServiceAccess")


def granting(entity: entities.Entity, services: Sequence[str]) -> list[Result]:
    """`PoliciesGrantingServiceAccess`: the policies that open each of the services."""
    found = [
        (one, load(one.document))
        for one in entities.granted(entity)
        if one.holder is not Holder.BOUNDARY
    ]
    return [
        {
            "ServiceNamespace": service,
            "Policies": [_describe(one) for one, document in found if _opens(document, service)],
        }
        for service in services
    ]


def _describe(one: Granted) -> Result:
    """An attached policy has an ARN; an inline one, who holds it."""
    if one.name.startswith("arn:"):
        name = one.name.rpartition("/")[2]
        return {"PolicyName": name, "PolicyType": "MANAGED", "PolicyArn": one.name}
    return {
        "PolicyName": one.name,
        "PolicyType": "INLINE",
        "EntityType": one.holder.name,
        "EntityName": one.holder_name,
    }


def _opens(document: Document, service: str) -> bool:
    return any(_allows(statement, service.lower()) for statement in document.statements)


def _allows(statement: Statement, service: str) -> bool:
    if statement.effect != "Allow":
        return False
    if statement.not_actions:
        closed = {action.lower() for action in statement.not_actions}
        return not closed & {"*", f"{service}:*"}
    return any(
        action == "*" or action.lower().startswith(f"{service}:") for action in statement.actions
    )
