"""What reports on last accesses say: which services policies grant, and who used them when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Max, Window
from django.db.models.functions import RowNumber

from identity.calls import Call
from identity.catalogue import catalogue
from identity.models import LastAccess, ManagedPolicy, Role, User
from identity.models.last_access import LastAccessQuerySet
from identity.operations import access_entities
from identity.operations.access_entities import Entity, Principals
from identity.policy import Document, granting, load
from identity.policy.catalogue import Service
from identity.wire.spec import timestamp

if TYPE_CHECKING:
    from identity.operations.registry import Result

# In nobody's log: it is asked for inside other actions.
_UNTRACKED = frozenset({"PassRole"})


class _Accesses:
    """The last accesses of some principals, read once; `per_action` also by action."""

    def __init__(self, call: Call, entity: Entity, *, per_action: bool) -> None:
        who = access_entities.principals(call, entity)
        rows = LastAccess.objects.by(who.users, who.roles, call.facts.at)
        self.totals = dict(rows.values_list("service").annotate(Count("principal", distinct=True)))
        self.of_service = {one.service: one for one in _latest(rows, "service")}
        of_actions = _latest(rows, "service", "action") if per_action else []
        self.of_action = {(one.service, one.action): one for one in of_actions}
        self._arns = _arns(who, [*self.of_service.values(), *of_actions])

    def arn(self, access: LastAccess) -> str:
        return self._arns[access.principal]


def services(call: Call, entity: Entity, *, actions_too: bool) -> list[Result]:
    """`ServicesLastAccessed`, for JSON: each service that the policies grant, by its prefix."""
    accesses, known = _Accesses(call, entity, per_action=actions_too), catalogue()
    found = []
    for prefix, names in granting.actions(_documents(entity), known).items():
        shown = _service(known.services[prefix], accesses)
        if actions_too and known.services[prefix].described:
            tracked = [name for name in names if name not in _UNTRACKED]
            shown["TrackedActionsLastAccessed"] = [
                _action(prefix, one, accesses) for one in tracked
            ]
        found.append(shown)
    return found


def read(service: Result) -> Result:
    """A kept service with its times as times."""
    shown = _timed(service, "LastAuthenticated")
    if "TrackedActionsLastAccessed" in shown:
        tracked = shown["TrackedActionsLastAccessed"]
        shown["TrackedActionsLastAccessed"] = [_timed(one, "LastAccessedTime") for one in tracked]
    return shown


def entities(call: Call, entity: Entity, namespace: str) -> list[Result]:
    """`EntityDetailsList` of one service, the latest access first and then by ARN."""
    who = access_entities.principals(call, entity)
    accesses = LastAccess.objects.by(who.users, who.roles, call.facts.at).filter(service=namespace)
    times: dict[str, datetime] = dict(accesses.values_list("principal").annotate(Max("time")))
    rows: list[User | Role] = [*who.users, *who.roles]
    never = datetime.min.replace(tzinfo=UTC)
    rows.sort(key=lambda row: row.arn)
    rows.sort(key=lambda row: times.get(row.unique_id, never), reverse=True)
    return [_entity(row, times.get(row.unique_id)) for row in rows]


def _documents(entity: Entity) -> list[Document]:
    if isinstance(entity, ManagedPolicy):
        assert entity.default_version is not None  # every policy has one
        return [load(entity.default_version.document)]
    return [load(one.document) for one in access_entities.granted(entity)]


def _latest(rows: LastAccessQuerySet, *by: str) -> list[LastAccess]:
    """The latest of the rows that agree in these columns."""
    order = [F("time").desc(), F("principal").asc()]
    place = Window(RowNumber(), partition_by=[F(name) for name in by], order_by=order)
    return list(rows.annotate(place=place).filter(place=1))


def _arns(who: Principals, accesses: Iterable[LastAccess]) -> dict[str, str]:
    ids = {one.principal for one in accesses}
    found: list[User | Role] = [
        *who.users.filter(unique_id__in=ids),
        *who.roles.filter(unique_id__in=ids),
    ]
    return {row.unique_id: row.arn for row in found}


def _service(service: Service, accesses: _Accesses) -> Result:
    prefix = service.prefix
    shown: dict[str, Any] = {
        "ServiceName": service.name,
        "ServiceNamespace": prefix,
        "TotalAuthenticatedEntities": accesses.totals.get(prefix, 0),
    }
    if last := accesses.of_service.get(prefix):
        shown |= {
            "LastAuthenticated": timestamp(last.time),
            "LastAuthenticatedEntity": accesses.arn(last),
            "LastAuthenticatedRegion": last.region,
        }
    return shown


def _action(prefix: str, name: str, accesses: _Accesses) -> Result:
    last = accesses.of_action.get((prefix, name))
    if last is None:
        return {"ActionName": name}
    return {
        "ActionName": name,
        "LastAccessedEntity": accesses.arn(last),
        "LastAccessedTime": timestamp(last.time),
        "LastAccessedRegion": last.region,
    }


def _entity(row: User | Role, last: datetime | None) -> Result:
    info = {
        "Arn": row.arn,
        "Name": row.name,
        "Type": "USER" if isinstance(row, User) else "ROLE",
        "Id": row.unique_id,
        "Path": row.path,
    }
    return {"EntityInfo": info, "LastAuthenticated": last}


def _timed(shown: Result, member: str) -> Result:
    time = shown.get(member)
    return {**shown, member: datetime.fromisoformat(time)} if time else dict(shown)
