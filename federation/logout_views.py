"""The pages of single logout: the address where messages arrive, and the way to the provider."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from federation import service_provider, single_logout
from federation.models import SamlProvider
from federation.outgoing import Outgoing
from federation.saml import bindings
from federation.saml.bindings import Arrived
from federation.saml.xmlsafe import XmlError
from federation.single_logout import NotForUsError
from identity.access import public

REQUEST, RESPONSE = "SAMLRequest", "SAMLResponse"
_LEAVING = "saml_logout"


@public
@csrf_exempt  # the provider's page sends it; what it carries is signed and taken once
@require_http_methods(["GET", "POST"])
def receive(request: Any, uuid: str = "") -> HttpResponse:
    """The single logout service, for redirects and posts: end sessions, or learn what became."""
    here = service_provider.logout_url(SamlProvider(uuid=uuid) if uuid else None)
    try:
        name, arrived = _arrived(request)
        if name == RESPONSE:
            return _told(request, *single_logout.answered(arrived, here, request.facts))
        answer = single_logout.receive(arrived, here, uuid, request.facts)
    except (XmlError, NotForUsError):
        return render(request, "federation/logout_refused.html", status=403)
    if answer is None:
        return _told(request, "", signed_out=True)
    return HttpResponseRedirect(answer.url) if not answer.fields else _sending(request, answer)


def _arrived(request: HttpRequest) -> tuple[str, Arrived]:
    """The one message, and whether it is a request. Raises XmlError."""
    given = request.POST if request.method == "POST" else request.GET
    found = [(name, value) for name in (REQUEST, RESPONSE) for value in given.getlist(name)]
    if len(found) != 1:
        raise XmlError("not one message")
    name, value = found[0]
    if request.method == "POST":
        return name, bindings.by_post(value, given.get("RelayState", ""))
    return name, bindings.by_redirect(request.META.get("QUERY_STRING", ""), name)


def _told(request: HttpRequest, provider: str, signed_out: bool) -> HttpResponse:
    told = {"provider": provider, "signed_out": signed_out}
    return render(request, "federation/logged_out.html", told)


def to_provider(request: HttpRequest, leaving: Outgoing) -> HttpResponse:
    """303 to the page that leads there; the session that was, is over."""
    request.session[_LEAVING] = asdict(leaving)
    response = HttpResponseRedirect(reverse("sign-out-provider"))
    response.status_code = 303
    return response


@public
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """On to the provider. A page of its own: browsers let no form of ours lead to another site."""
    kept = request.session.pop(_LEAVING, None)
    return _sending(request, Outgoing(**kept)) if kept else redirect("signed-out")


def _sending(request: HttpRequest, outgoing: Outgoing) -> HttpResponse:
    response = render(request, "federation/logout_send.html", {"to": outgoing})
    if outgoing.fields:
        response.form_action = outgoing.origin  # type: ignore[attr-defined]  # for the headers
    return response
