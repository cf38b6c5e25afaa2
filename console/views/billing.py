"""Billing: usage that was counted, without amounts, and who may see it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import billing as rules
from console import responses
from console.http import Request
from console.responses import see_other
from identity import journal, usage
from identity.models import ConsoleSettings

MONTHS = 12


@require_safe
def billing(request: Request) -> HttpResponse:
    rules.require(request)
    journal.drain()
    account = request.caller.account
    since = usage.month_began()
    months = usage.reads(account, MONTHS)
    changes, more = usage.changes(account, since)
    return responses.page(
        request,
        "console/billing.html",
        since=since,
        this_month=next((one.reads for one in months if one.month == f"{since:%Y-%m}"), 0),
        months=months,
        changes=changes,
        more_changes=more,
        is_open=ConsoleSettings.of(account).billing_open,
    )


@require_POST
def access(request: Request) -> HttpResponse:
    """Root lets users and roles see billing, or no longer."""
    is_open = request.POST.get("open") == "yes"
    rules.set_open(request, is_open=is_open)
    if is_open:
        messages.success(request, _("Users and roles see billing as far as their policies go."))
    else:
        messages.success(request, _("Only the root user sees billing now."))
    return see_other("billing")
