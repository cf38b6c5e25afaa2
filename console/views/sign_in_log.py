"""The sign-in log of a provider: who came, who was refused, and one attempt check by check."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from console import attempt_log, responses
from console.http import Request
from console.permissions import Rights
from console.providers import Named, of_provider, tabs_of
from console.recent_events import LOOK_UP
from console.responses import SeeOther
from federation.models import FederatedAttempt


@require_safe
@of_provider
def log(request: Request, named: Named) -> HttpResponse:
    Rights(request).require(attempt_log.READ[named.kind], named.arn)
    return responses.page(
        request,
        "console/providers/sign_in_log.html",
        named=named,
        tabs=tabs_of(named),
        tab="log",
        page=attempt_log.page(request, named),
        personal=attempt_log.may_see_people(request),
        look_up=LOOK_UP,
        days=FederatedAttempt.KEPT.days,
    )


@require_safe
@of_provider
def attempt(request: Request, named: Named, attempt_id: uuid.UUID) -> HttpResponse:
    """Found in the account's rows, also when the provider is gone."""
    Rights(request).require(attempt_log.READ[named.kind], named.arn)
    rows = FederatedAttempt.objects.filter(account=request.caller.account, provider_arn=named.arn)
    found = rows.filter(pk=attempt_id).first()
    if found is None:
        raise Http404
    return responses.page(
        request,
        "console/providers/attempt.html",
        named=named,
        log_url=named.log_url,
        **attempt_log.shown(request, found),
    )


@require_safe
def by_id(request: Request, attempt_id: uuid.UUID) -> HttpResponse:
    """Where the number on a refused sign-in page leads, for who may read it."""
    rows = FederatedAttempt.objects.filter(account=request.caller.account)
    found = rows.filter(pk=attempt_id).first()
    if found is None:
        raise Http404
    return SeeOther(attempt_log.url_of(found))
