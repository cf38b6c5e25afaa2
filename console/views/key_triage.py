"""The account's active access keys by age, by last use, and those that are being rotated."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import key_triage, paging, responses
from console.http import Request
from console.permissions import Rights
from console.responses import address
from identity import arns


@require_safe
def triage(request: Request) -> HttpResponse:
    rights, account = Rights(request), request.caller.account
    rights.require("ListAccessKeys", arns.user(account.id, "*"))
    view = request.GET.get("view", "")
    view = view if view in key_triage.VIEWS else "age"
    key, then = key_triage.VIEWS[view]
    page = paging.page(request, key_triage.listed(account, view), key=key, then=then)
    labels = {
        "age": _("Oldest first"),
        "unused": _("Unused for longest"),
        "never": _("Never used"),
        "rotating": _("Being rotated"),
    }
    views = [
        {"key": one, "label": label, "url": address("key-triage", view=one)}
        for one, label in labels.items()
    ]
    rows = key_triage.rows(page.rows, rights)
    shown = {"page": page, "rows": rows, "view": view, "views": views}
    return responses.page(request, "console/keys/triage.html", **shown)
