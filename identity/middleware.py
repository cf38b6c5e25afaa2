"""What every request passes: SDK calls leave for the endpoint, pages learn who is calling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from identity import sessions, views
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
    """Set `request.caller`, `.facts`, `.iam`, `.sts`; without a caller only public views open."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.facts = facts_of(request)
        request.request_id = request.facts.request_id
        request.caller = sessions.caller_of(request)
        if request.caller is not None:
            request.iam = Client(request.caller, request.facts, "iam")
            request.sts = Client(request.caller, request.facts, "sts")
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if "\0" in request.path:
            raise SuspiciousOperation("NUL in the address")  # PostgreSQL takes it in no text
        if request.caller is not None or is_public(view):
            return None
        after = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        query = "?" + urlencode({"next": after}) if after and after != "/" else ""
        return HttpResponseRedirect(resolve_url(_way_in(request)) + query)


def _way_in(request: HttpRequest) -> str:
    """The sign-in page, by way of the page that says why the session is over, if it just ended."""
    ended = sessions.left(request) or {}
    return settings.SESSION_OVER_URL if "why" in ended else settings.LOGIN_URL
