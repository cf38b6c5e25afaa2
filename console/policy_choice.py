"""Choosing policies inside a form that is not sent yet: what is chosen outlives each new filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from console import paging, policy_list
from console.forms.policies import PolicyFilterForm
from console.http import Request
from console.permissions import Rights, reading
from console.responses import SeeOther, address
from identity.models import ManagedPolicy

_MOST_SHOWN = 50


def choice(request: Request, chosen: Sequence[str]) -> dict[str, Any]:
    """The policies to choose from, page by page; those that are chosen and not on the page."""
    rights, account = Rights(request), request.caller.account
    filters = PolicyFilterForm(request.GET)

    def read() -> paging.Page[ManagedPolicy]:
        rights.require("ListPolicies", "*")
        found = policy_list.matching(account, **filters.chosen()).filter(is_attachable=True)
        found = found.exclude(path__startswith="/aws-service-role/")
        return paging.page(request, found, key=policy_list.KEY)

    shown = reading(read)
    rows = shown.value.rows if shown.value else []
    here = {policy.arn for policy in rows}
    elsewhere = ManagedPolicy.objects.visible_to(account).filter(arn__in=set(chosen) - here)
    return {
        "filters": filters,
        "page": shown.value,
        "notice": shown.notice,
        "rows": [(row, "") for row in policy_list.rows(rows, rights)],
        "present": [],
        "chosen": chosen,
        "chosen_elsewhere": list(elsewhere.order_by("name")[:_MOST_SHOWN]) if chosen else [],
    }


def filtered(request: Request, url_name: str, *args: str, also: Sequence[str] = ()) -> SeeOther:
    """Where *Filter* leads once the choice is kept: the same page, narrowed to what was typed."""
    query = QueryDict(mutable=True)
    names = ("q", "type", *also)
    query.update({name: request.POST[name] for name in names if request.POST.get(name)})
    here = address(url_name, *args)
    return SeeOther(f"{here}?{query.urlencode()}" if query else here)
