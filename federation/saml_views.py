"""The pages of single sign-on by SAML: where responses come in, which role, our metadata."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from federation import acs, answers, last_roles, role_choice, service_provider, sign_on
from federation.acs import RejectedError
from federation.models import FederatedAttempt, SamlProvider
from federation.role_choice import Option, Received
from federation.saml import sp_metadata
from federation.views import own_page
from identity.access import public
from identity.account_paths import common, here
from identity.local_path import local_path
from identity.models import Account

HANDLE_COOKIE = "__Host-saml" if settings.HTTPS else "saml"
REQUEST_COOKIE = "__Host-saml-request" if settings.HTTPS else "saml-request"

_LONGEST_RELAY_STATE = 80  # SAML bindings, section 3.5.3
_FEW, _LONGEST_FILTER = 7, 128


@public
@csrf_exempt  # the identity provider's page posts it; what it carries is signed and taken once
@require_POST
def receive(request: Any, uuid: str = "") -> HttpResponse:
    """The assertion consumer service: 303 to the choice of a role, or the page that refuses.

    `SAMLResponse` and `RelayState` are those of the HTTP-POST binding.
    """
    given = request.POST.getlist("SAMLResponse")
    if len(given) != 1:
        return rejected(request, RejectedError(answers.INVALID, request.facts.request_id))
    here = service_provider.acs_url(SamlProvider(uuid=uuid) if uuid else None)
    try:
        arrived = acs.receive(given[0], here, uuid, _relayed(request), request.facts)
    except RejectedError as problem:
        return rejected(request, problem)
    if arrived.page:
        return see_other(arrived.page)
    response = see_other(reverse("saml-roles"))
    set_cookie(response, HANDLE_COOKIE, arrived.handle, int(acs.CHOOSING.total_seconds()))
    return response


def _relayed(request: HttpRequest) -> str:
    """Where the provider's portal would like people to go: a page of ours, or ""."""
    given = request.POST.getlist("RelayState")
    if len(given) != 1 or len(given[0]) > _LONGEST_RELAY_STATE:
        return ""
    return own_page(request, given[0])


@public
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: Any) -> HttpResponse:
    """Choose a role and sign in; with one role and nobody signed in there is nothing to choose."""
    try:
        received = role_choice.waiting(
            request.COOKIES.get(HANDLE_COOKIE, ""),
            request.COOKIES.get(REQUEST_COOKIE, ""),
            request.facts,
        )
        if received is None:
            return rejected(request, RejectedError(""))
        return _chosen(request, received)
    except RejectedError as problem:
        return rejected(request, problem)


def _chosen(request: Any, received: Received) -> HttpResponse:
    options = received.options(request.facts)
    usable = [option for option in options if not option.why]
    if not usable:
        raise role_choice.nothing_usable(received, options)
    if request.method == "POST" and request.POST.get("role"):
        chosen = [one for one in options if one.role_arn == request.POST["role"]]
        return _sign_in(request, received, chosen[0] if chosen else None)
    if request.method == "GET" and len(usable) == 1 and request.signed_in is None:
        return _sign_in(request, received, usable[0])
    return _choice(request, usable)


def _choice(request: Any, usable: list[Option]) -> HttpResponse:
    """The roles to choose from, narrowed to what was typed; the last one that was taken is marked.

    A mark on a role that is not shown would sign in with it unseen.
    """
    text = request.GET.get("q", "").strip()[:_LONGEST_FILTER]
    shown = [option for option in usable if option.fits(text)]
    last = last_roles.first_of(request, [option.role_arn for option in shown])
    context = {
        "accounts": _by_account(shown),
        "marked": shown[0].role_arn if len(shown) == 1 else last,
        "last": last,
        "many": len(usable) > _FEW,
        "text": text,
        "missing": request.method == "POST",
        "replaces": request.signed_in,
    }
    status = 422 if context["missing"] else 200
    return render(request, "federation/roles.html", context, status=status)


def _by_account(options: Iterable[Option]) -> list[tuple[Account, list[Option]]]:
    """Each account with its roles, in the order of numbers and names."""
    found: dict[Account, list[Option]] = {}
    for option in sorted(options, key=lambda one: one.role_arn):
        found.setdefault(option.account, []).append(option)
    return list(found.items())


def _sign_in(request: Any, received: Received, option: Option | None) -> HttpResponse:
    after = role_choice.finish(request, received, option, request.facts)
    response = see_other(here(after) or reverse(settings.LOGIN_REDIRECT_URL))
    for name in (HANDLE_COOKIE, REQUEST_COOKIE):
        response.delete_cookie(name, samesite="Lax")
    if option:
        last_roles.remember(request, response, option.role_arn)
    return response


@public
@require_safe
def start(request: Any, account: str, name: str) -> HttpResponse:
    """Sign in at the provider: 302 to its page with our request, bound to this browser.

    A provider that has no such page, or is not there, is told alike.
    """
    browser = request.COOKIES.get(REQUEST_COOKIE) or secrets.token_urlsafe(32)
    after = local_path(request.GET.get("next", ""))
    address = sign_on.request_url(account, name, browser, after, request.facts)
    if address is None:
        raise Http404
    response = HttpResponseRedirect(address)
    set_cookie(response, REQUEST_COOKIE, browser, int(sign_on.WAITING.total_seconds()))
    return response


@public
@require_safe
def metadata(request: HttpRequest, uuid: str = "") -> HttpResponse:
    """Our metadata for identity providers; with an address of its own for one provider."""
    provider = get_object_or_404(SamlProvider, uuid=uuid) if uuid else None
    keys = map(service_provider.certificate_of, service_provider.newest_first())
    document = sp_metadata.text(
        service_provider.entity_id(),
        service_provider.acs_url(provider),
        service_provider.logout_url(provider),
        keys,
    )
    return HttpResponse(document, content_type="application/samlmetadata+xml")


def rejected(request: Any, problem: RejectedError) -> HttpResponse:
    """Nobody is signed in, nor signed out."""
    context = {
        "sentence": problem.sentence,
        "attempt": problem.attempt,
        "reasons": problem.reasons,
        "log_url": _log_url(problem.attempt),
    }
    return render(request, "federation/saml_rejected.html", context, status=403)


def _log_url(event_id: str) -> str:
    """Where who may read it finds the attempt; "" for a request that left none."""
    try:
        number = UUID(event_id)
    except ValueError:
        return ""
    known = FederatedAttempt.objects.filter(pk=number).exists()
    return common("sign-in-attempt", str(number)) if known else ""


def see_other(address: str) -> HttpResponse:
    """303: with a GET, whatever was sent (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def set_cookie(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """Lax: it goes with the navigation that follows a post from elsewhere, not with the post."""
    response.set_cookie(
        name, value, max_age=seconds, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
