"""*Create a smaller policy from this*: the editor filled in from what somebody really used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from console.granted_policies import GrantedPolicies
from console.holders import KINDS, ROLE, USER, Holder, find, user_holder
from console.http import Request
from console.names import MARK
from console.responses import address
from identity import least_privilege
from identity.calls import no_such_user
from identity.least_privilege import PERIODS, Evidence
from identity.models import Role, User

_DAYS = 90


@dataclass(frozen=True, slots=True)
class Proposal:
    """The smaller policy of a holder; `notice` says why there is none."""

    holder: Holder
    days: int
    since: datetime
    granted: int = 0
    used: int = 0
    implied: tuple[str, ...] = ()
    document: str = ""
    notice: str = ""

    @property
    def name(self) -> str:
        return f"{self.holder.name[:119]}-smaller"

    @property
    def url(self) -> str:
        return self.holder.url("permissions")

    @property
    def periods(self) -> list[tuple[int, str]]:
        """The other periods and where each is asked for."""
        return [(days, url(self.holder.kind.word, self.holder.name, days)) for days in PERIODS]


def url(kind: str, name: str, days: int = _DAYS) -> str:
    """Where the editor opens with a smaller policy: `url("user", "bob")`."""
    period = "" if days == _DAYS else str(days)
    return address("create-policy", **{"from": f"{kind}:{name}", "days": period})


def proposal(request: Request) -> Proposal | None:
    """What `?from=user:bob&days=90` asks for; None without it.

    Raises AccessDenied and NoSuchEntity as the pages of the holder do.
    """
    kind, colon, name = request.GET.get("from", "").partition(":")
    if not colon or not name or kind not in (USER.word, ROLE.word):
        return None
    holder = _holder(request, kind, name)
    holder.rights.require("GenerateServiceLastAccessedDetails", holder.arn, Arn=holder.arn)
    given = request.GET.get("days", "")
    days = int(given) if given in map(str, PERIODS) else _DAYS
    assert isinstance(holder.row, User | Role)
    found = least_privilege.evidence(holder.row, days, timezone.now())
    return _proposal(holder, days, found)


def _holder(request: Request, kind: str, name: str) -> Holder:
    if kind == USER.word:
        if name.startswith(MARK):
            users = request.caller.account.iam_users.filter(unique_id=name.removeprefix(MARK))
            found = users.first()
            if found is None:
                raise no_such_user(name)
            name = found.name
        return user_holder(request, request.iam.get_user(UserName=name)["User"])
    holder = find(request, KINDS[kind], name)
    if holder is None:
        request.iam.get_role(RoleName=name)  # raises NoSuchEntity in AWS's words
    assert holder is not None
    return holder


def _proposal(holder: Holder, days: int, found: Evidence) -> Proposal:
    shared: dict[str, Any] = {"holder": holder, "days": days, "since": found.since}
    policies = GrantedPolicies(holder.rights, holder.row)
    if not all(map(policies.may_read, found.sources)):
        notice = _("You may not read all policies of %(name)s, so that none can be made of them.")
        return Proposal(**shared, notice=notice % {"name": holder.name})
    document = found.document
    if not document:
        notice = _("%(name)s used nothing in this time that its policies allow.")
        return Proposal(**shared, granted=len(found.granted), notice=notice % {"name": holder.name})
    return Proposal(
        **shared,
        granted=len(found.granted),
        used=len(found.used),
        implied=found.implied,
        document=document,
    )
