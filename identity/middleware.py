"""What every request passes: SDK calls leave for the endpoint, pages learn who is calling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from identity import sessions, switching, views
from identity.access import is_public
from identity.facts import facts_of
from identity.gateway import Client

Next = Callable[[HttpRequest], HttpResponse]


class EndpointMiddleware:
    """Send SDK calls to the endpoint before sessions, cookies and CSRF come into it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if views.is_for_endpoint(request):
            return views.endpoint(request)
        return self.get_response(request)


class CallerMiddleware:
    """Set `request.signed_in`, `.caller`, `.facts`, `.iam`, `.sts`.

    The caller is who acts: who signed in, or the role that they switched to. Without a caller only
    public views open, nor do others when the role is just over.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.facts = facts_of(request)
        request.request_id = request.facts.request_id
        request.signed_in = request.caller = sessions.caller_of(request)
        request.role_is_over = False
        if request.caller is not None:
            acting = switching.caller_in(request, request.caller)
            request.role_is_over = acting is None
            request.caller = acting or request.signed_in
            request.iam = Client(request.caller, request.facts, "iam")
            request.sts = Client(request.caller, request.facts, "sts")
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if "\0" in request.path:
            raise SuspiciousOperation("NUL in the address")  # PostgreSQL takes it in no text
        if is_public(view):
            return None
        if request.caller is not None:
            home = resolve_url(settings.LOGIN_REDIRECT_URL)
            return _see_other(home) if request.role_is_over else None
        after = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        query = "?" + urlencode({"next": after}) if after and after != "/" else ""
        return HttpResponseRedirect(resolve_url(_way_in(request)) + query)


def _see_other(address: str) -> HttpResponse:
    """303: with a GET, whatever was asked for (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _way_in(request: HttpRequest) -> str:
    """The sign-in page, by way of the page that says why the session is over, if it just ended."""
    ended = sessions.left(request) or {}
    return settings.SESSION_OVER_URL if "why" in ended else settings.LOGIN_URL
