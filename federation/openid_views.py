"""The two pages of a sign-in at an OpenID provider: the way there, and the way back."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from federation import acs, openid_sign_in
from federation.acs import RejectedError
from federation.models import OidcSignOn
from federation.oidc import issuer
from federation.saml_views import (
    HANDLE_COOKIE,
    REQUEST_COOKIE,
    rejected,
    see_other,
    set_cookie,
)
from identity.access import public
from identity.local_path import local_path


@public
@require_safe
def start(request: Any, account: str, segment: str) -> HttpResponse:
    """302 to the provider, bound to this browser. A provider that is not offered is told as none.

    A link leads here, no form: browsers hold redirects after a form to `form-action` as well.
    """
    offer = _offer(account, segment)
    browser = request.COOKIES.get(REQUEST_COOKIE) or secrets.token_urlsafe(32)
    after = local_path(request.GET.get("next", ""))
    try:
        address = openid_sign_in.request_url(offer, browser, after, request.facts)
    except RejectedError as problem:
        return rejected(request, problem)
    return sent(address, browser)


def sent(address: str, browser: str) -> HttpResponse:
    """To the provider, with the cookie that its answer has to meet again."""
    response = HttpResponseRedirect(address)
    set_cookie(response, REQUEST_COOKIE, browser, int(openid_sign_in.WAITING.total_seconds()))
    return response


@public
@require_GET  # a HEAD would use the code up
def callback(request: Any, account: str, segment: str) -> HttpResponse:
    """303 to the choice of a role, or the page that refuses."""
    offer = _offer(account, segment)
    try:
        given = _once_each(request)
        browser = request.COOKIES.get(REQUEST_COOKIE, "")
        arrived = openid_sign_in.receive(offer, browser, given, request.facts)
    except RejectedError as problem:
        return rejected(request, problem)
    if arrived.page:
        return see_other(arrived.page)
    response = see_other(reverse("sign-in-chooser"))
    set_cookie(response, HANDLE_COOKIE, arrived.handle, int(acs.CHOOSING.total_seconds()))
    return response


def _offer(account: str, segment: str) -> OidcSignOn:
    offer = openid_sign_in.offering(account, issuer.of_segment(segment))
    if offer is None:
        raise Http404
    return offer


def _once_each(request: Any) -> dict[str, str]:
    """The parameters; none may be given twice (RFC 6749 section 3.1). Raises RejectedError."""
    if any(len(values) > 1 for _name, values in request.GET.lists()):
        raise RejectedError("")
    return {name: str(value) for name, value in request.GET.items()}
