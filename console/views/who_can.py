"""Who can do this? Every user and role is asked: at once in a small account, else by a job."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from console import responses, who_can
from console.forms.who_can import WhoCanForm
from console.http import Request
from console.jobs import starting, who_can_job
from console.permissions import Rights
from identity.who_can import find

RIGHT = "GetAccountAuthorizationDetails"
"""Who may read all policies of the account could work the answer out."""


@require_safe
def question(request: Request) -> HttpResponse:
    Rights(request).require(RIGHT, "*")
    account = request.caller.account
    form = WhoCanForm(request.GET if "action" in request.GET else None)
    large, found = who_can.is_large(account), None
    if form.is_bound and form.is_valid() and not large:
        wanted = form.cleaned_data
        ways = find(account, request.facts, wanted["action"], wanted["resource"], lambda: None)
        found = who_can.answers(ways)
    return responses.page(
        request,
        "console/reports/who_can.html",
        form=form,
        found=found,
        large=large,
        total=who_can.AT_ONCE,
    )


@require_POST
def start(request: Request) -> HttpResponse:
    """The same as a job, whose result is a file."""
    Rights(request).require(RIGHT, "*")
    form = WhoCanForm(request.POST)
    if not form.is_valid():
        shown = {"form": form, "found": None, "large": True, "total": who_can.AT_ONCE}
        return responses.page(request, "console/reports/who_can.html", **shown)
    wanted = form.cleaned_data
    return starting.start_once(
        request, who_can_job.KIND, action=wanted["action"], resource=wanted["resource"]
    )
