"""Runs of the policy simulator that somebody keeps: at most fifty, seen by nobody else."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from console.http import Request
from console.models import SavedRun
from identity.errors import LimitExceeded, NoSuchEntity

MOST = 50
LONGEST = 64
LONGEST_QUERY = 100_000


def of(request: Request) -> QuerySet[SavedRun]:
    """The caller's own, by name."""
    found = SavedRun.objects.filter(account=request.caller.account, owner=_owner(request))
    return found.order_by("name")


def _owner(request: Request) -> str:
    """All sessions of a role share theirs."""
    own: str = request.caller.user_id
    return own.partition(":")[0] if own.startswith("AROA") else own


def named(request: Request, pk: str) -> SavedRun:
    """Raises NoSuchEntity for what is not there or somebody else's."""
    found = of(request).filter(pk=pk).first() if pk.isascii() and pk.isdecimal() else None
    if found is None:
        raise NoSuchEntity(_("You have no such saved run."))
    return found


def save(request: Request, name: str, query: str) -> None:
    """Under the same name again it takes the place of the former one. Raises LimitExceeded."""
    own = of(request)
    if len(query) > LONGEST_QUERY or (own.count() >= MOST and not own.filter(name=name).exists()):
        raise LimitExceeded(_("At most 50 runs of at most 100,000 characters can be saved."))
    SavedRun.objects.update_or_create(
        account=request.caller.account,
        owner=_owner(request),
        name=name,
        defaults={"query": query, "saved_at": timezone.now()},
    )
