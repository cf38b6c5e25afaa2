"""Which services a user, group or role may use, by which policies, and when each was last used.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from console.holders import KINDS, Holder
from console.http import Request
from console.names import BUILT_IN, CUSTOM, policy_segment
from console.permissions import Reading, Rights
from console.responses import address
from identity.calls import Call
from identity.models import Group, ManagedPolicy, Role, User
from identity.operations import access_reports, policies_granting


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Granting:
    """A policy that opens the service; `source` says whose an inline one is."""

    name: str
    url: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """`actions` is None where single actions are not known; `by` is the ARN of who used it last."""

    prefix: str
    name: str
    last: datetime | None
    by: str
    region: str
    actions: tuple[Action, ...] | None = None
    policies: tuple[Granting, ...] = ()

    @property
    def used(self) -> list[Action]:
        """The actions that were tried, the latest first."""
        tried = [action for action in self.actions or () if action.last]
        return sorted(tried, key=lambda action: (action.last, action.name), reverse=True)

    @property
    def unused(self) -> list[str]:
        return [action.name for action in self.actions or () if not action.last]

    @property
    def by_name(self) -> str:
        return self.by.rpartition("/")[2]


def services(request: Request, holder: Holder) -> Reading[list[Service]]:
    """Every service that the holder's policies grant, those used last first and then by prefix."""
    return services_of(request, holder.rights, holder.row)


def services_of(
    request: Request, rights: Rights, entity: User | Group | Role | ManagedPolicy
) -> Reading[list[Service]]:
    """As `services`; of a policy what it grants, and when those who have it used that."""
    params = {"Arn": entity.arn}
    call = Call(request.caller, "iam", "GenerateServiceLastAccessedDetails", params, request.facts)

    def read() -> list[Service]:
        found = access_reports.services(call, entity, actions_too=True)
        return sorted((_service(access_reports.read(one)) for one in found), key=_order)

    return rights.reading(call.action, entity.arn, read, **params)


def _order(service: Service) -> tuple[float, str]:
    return (-service.last.timestamp() if service.last else 0.0, service.prefix)


def _service(told: dict[str, Any]) -> Service:
    tracked = told.get("TrackedActionsLastAccessed")
    return Service(
        prefix=told["ServiceNamespace"],
        name=told["ServiceName"],
        last=told.get("LastAuthenticated"),
        by=told.get("LastAuthenticatedEntity", ""),
        region=told.get("LastAuthenticatedRegion", ""),
        actions=None
        if tracked is None
        else tuple(Action(one["ActionName"], one.get("LastAccessedTime")) for one in tracked),
    )


def filtered(found: Iterable[Service], text: str, unused_days: int) -> list[Service]:
    """Those whose prefix or name holds the text, and that were not used for so many days."""
    text, since = text.lower(), timezone.now() - timedelta(days=unused_days)
    return [
        one
        for one in found
        if (text in one.prefix.lower() or text in one.name.lower())
        and not (unused_days and one.last and one.last > since)
    ]


def with_policies(holder: Holder, found: Sequence[Service]) -> Reading[list[Service]]:
    """The same services with the policies that open them."""
    wanted = [one.prefix for one in found]

    def read() -> list[Service]:
        told = {
            one["ServiceNamespace"]: tuple(map(partial(_policy, holder), one["Policies"]))
            for one in policies_granting.granting(holder.row, wanted)
        }
        return [replace(one, policies=told[one.prefix]) for one in found]

    action = "ListPoliciesGrantingServiceAccess"
    return holder.rights.reading(action, holder.arn, read, Arn=holder.arn)


def _policy(holder: Holder, told: dict[str, str]) -> Granting:
    """A managed policy has a page of its own; an inline one stands on that of its holder."""
    name = told["PolicyName"]
    if arn := told.get("PolicyArn"):
        shelf = CUSTOM if arn.split(":")[4] == holder.row.account_id else BUILT_IN
        return Granting(name, address("policy-permissions", shelf, policy_segment(name)))
    kind, holder_name = KINDS[told["EntityType"].lower()], told["EntityName"]
    # Names of dots only are found by their unique ID, which is not told here.
    url = address(f"{kind}-permissions", holder_name) if holder_name.strip(".") else ""
    return Granting(name, url, f"{kind.label} {holder_name}")
