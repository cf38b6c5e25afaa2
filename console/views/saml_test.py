"""Try a SAML provider: by a sign-in there that makes no session here, or by a pasted response."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from console import attempt_log
from console.forms.base import send
from console.forms.saml import ResponseForm
from console.http import Request
from console.permissions import Rights
from console.providers import Named, of_provider
from console.responses import SeeOther
from console.views.saml_provider import page
from federation import provider_tests, sign_on
from federation.models import FederatedAttempt, SamlProvider
from federation.saml_views import REQUEST_COOKIE, set_cookie
from identity.errors import NoSuchEntity


@of_provider
def test(request: Request, named: Named) -> HttpResponse:
    """What came of a test stands on top; it is in the sign-in log as well."""
    provider = _authorised(request, named)
    form = ResponseForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _try(request, named, form))):
        return done
    return page(
        request,
        named,
        "test",
        form=form,
        can_begin=sign_on.can_begin(provider),
        **_shown(request, named, request.GET.get("attempt", "")),
    )


def _authorised(request: Request, named: Named) -> SamlProvider:
    Rights(request).require("GetSAMLProvider", named.arn)
    rows = SamlProvider.objects.select_related("account")
    found = rows.filter(account=request.caller.account, name=named.name).first()
    if found is None:
        raise NoSuchEntity(f"Manifest not found for arn {named.arn}")
    return found


def _try(request: Request, named: Named, form: ResponseForm) -> HttpResponse:
    provider = _authorised(request, named)
    kept = provider_tests.of_pasted(provider, form.cleaned_data["response"], request.facts)
    return SeeOther(f"{named.test_url}?attempt={kept.pk}")


def _shown(request: Request, named: Named, given: str) -> dict[str, Any]:
    """A test of this provider, whoever made it; nothing for what is none."""
    try:
        number = UUID(given)
    except ValueError:
        return {}
    rows = FederatedAttempt.objects.filter(
        account=request.caller.account, provider_arn=named.arn, surface=FederatedAttempt.TEST
    )
    found = rows.filter(pk=number).first()
    if found is None:
        return {}
    return attempt_log.shown(request, found)


@require_safe
@of_provider
def sign_in(request: Request, named: Named) -> HttpResponse:
    """To the provider and back to the page that tells of it, without a session.

    By a link, since browsers hold redirects after a form to this site alone.
    """
    _authorised(request, named)
    browser = request.COOKIES.get(REQUEST_COOKIE) or secrets.token_urlsafe(32)
    account = request.caller.account_id
    address = sign_on.request_url(
        account, named.name, browser, named.test_url, request.facts, test=True
    )
    if address is None:
        return SeeOther(named.test_url)
    response = HttpResponseRedirect(address)
    set_cookie(response, REQUEST_COOKIE, browser, int(sign_on.WAITING.total_seconds()))
    return response
