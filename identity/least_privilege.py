"""What a user or a role did of all that it may do, and the policy that allows just that.

From the last attempts that `last_access` keeps: they tell the action, not the resource, so that
resources and conditions stay those of the policies of now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from identity.catalogue import catalogue
from identity.models import LastAccess, Role, User, permissions
from identity.models.permissions import Granted, Holder
from identity.policy import Document, granting, load
from identity.policy.catalogue import folded
from identity.policy.narrowing import narrowed
from identity.policy.printing import text

PERIODS = (30, 90, 400)
"""Days of activity to choose from; the last is all that is kept."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The policies that grant, and which of the granted actions were used since a time.

    `implied` are those that a used action asks for beside its own, such as `iam:PassRole`, which
    no log tells.
    """

    sources: tuple[Granted, ...]
    granted: tuple[str, ...]
    used: tuple[str, ...]
    implied: tuple[str, ...]
    since: datetime

    @property
    def document(self) -> str:
        """The smaller policy; "" when nothing was used."""
        found = narrowed(_documents(self.sources), {*self.used, *self.implied})
        return text(found) if any(one.effect == "Allow" for one in found.statements) else ""


def evidence(principal: User | Role, days: int, now: datetime) -> Evidence:
    """What is known of a principal; a boundary grants nothing and is not among the sources."""
    found = (
        permissions.of_user(principal.pk)
        if isinstance(principal, User)
        else permissions.of_role(principal.pk)
    )
    sources = tuple(one for one in found if one.holder is not Holder.BOUNDARY)
    granted = _granted(_documents(sources))
    since = now - timedelta(days=days)
    used = _attempted(principal, since) & granted
    implied = (_dependents(used) & granted) - used
    in_order = (tuple(sorted(names)) for names in (granted, used, implied))
    granted_names, used_names, implied_names = in_order
    return Evidence(sources, granted_names, used_names, implied_names, since)


def _documents(sources: tuple[Granted, ...]) -> list[Document]:
    return [load(one.document) for one in sources]


def _granted(documents: list[Document]) -> set[str]:
    found = granting.actions(documents, catalogue())
    return {f"{prefix}:{name}" for prefix, names in found.items() for name in names}


def _attempted(principal: User | Role, since: datetime) -> set[str]:
    rows = LastAccess.objects.filter(principal=principal.unique_id, time__gte=since)
    return {f"{service}:{action}" for service, action in rows.values_list("service", "action")}


def _dependents(used: set[str]) -> set[str]:
    known = catalogue()
    actions = filter(None, map(known.action, used))
    asked = {folded(name) for action in actions for name in action.dependent_actions}
    return {name for one in asked for name in known.matching(one)}
