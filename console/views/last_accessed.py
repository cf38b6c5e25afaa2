"""The tab that says what a user, a group or a role could use and when each was last used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from console import csv_files, last_accessed, paging
from console.holders import GROUP, USER, Holder, of_holder
from console.http import Request
from console.last_accessed import Service
from console.responses import address
from console.views import groups, roles, user_pages
from identity.models import User

PERIODS: Mapping[str, Any] = {
    "": gettext_lazy("All services"),
    "30": gettext_lazy("Not used in 30 days"),
    "90": gettext_lazy("Not used in 90 days"),
    "180": gettext_lazy("Not used in 180 days"),
    "365": gettext_lazy("Not used in 365 days"),
}


_HEADER = ("Service", "Name", "Policies", "Last used", "Used by", "Region")


@require_safe
@of_holder
def tab(request: Request, holder: Holder) -> HttpResponse:
    """A page of the services that match, with the actions of the one that is open."""
    found = last_accessed.services(request, holder)
    page = paging.page_of_list(request, _matching(request, found.value or []), key="prefix")
    granting = last_accessed.with_policies(holder, page.rows)
    return _page(
        request,
        holder,
        found=found,
        page=page,
        rows=granting.value if granting.value is not None else page.rows,
        policies_notice=granting.notice,
        text=request.GET.get("q", "").strip(),
        unused=_unused(request),
        periods=PERIODS.items(),
        open=request.GET.get("open", ""),
        csv_url=holder.url("last-accessed-csv"),
        policy_url=address("create-policy", **{"from": f"{holder.kind}:{holder.segment}"}),
        shows_by=holder.kind is GROUP,
    )


def _page(request: Request, holder: Holder, **context: Any) -> HttpResponse:
    template, key = "last_accessed.html", "last-accessed"
    if holder.kind is USER:
        assert isinstance(holder.row, User)
        user: Any = holder.row.describe()
        return user_pages.page(request, user, template, key, holder=holder, **context)
    page: Callable[..., HttpResponse] = groups.page if holder.kind is GROUP else roles.page
    return page(request, holder, template, key, **context)


def _unused(request: Request) -> str:
    asked = request.GET.get("unused", "")
    return asked if asked in PERIODS else ""


def _matching(request: Request, found: list[Service]) -> list[Service]:
    text = request.GET.get("q", "").strip()
    return last_accessed.filtered(found, text, int(_unused(request) or 0))


@require_safe
@of_holder
def csv_file(request: Request, holder: Holder) -> HttpResponse:
    """All that match, one service a line; `?for=spreadsheets` keeps formulas text."""
    found = last_accessed.services(request, holder)
    if found.value is None:
        return tab(request, kind=holder.kind, name=holder.segment)
    matching = _matching(request, found.value)
    granting = last_accessed.with_policies(holder, matching).value or matching
    return csv_files.whole(
        f"{holder.name}_lastAccessed.csv",
        _HEADER,
        _lines(granting),
        for_spreadsheets=request.GET.get("for") == "spreadsheets",
    )


def _lines(found: list[Service]) -> Iterator[list[str]]:
    for one in found:
        policies = " ".join(policy.name for policy in one.policies)
        last = one.last.isoformat() if one.last else ""
        yield [one.prefix, one.name, policies, last, one.by, one.region]
