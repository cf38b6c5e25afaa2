"""What every page passes: headers (nothing inline, framed or kept), and refusals become pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from console import (
    commands,
    kept_forms,
    mfa_required,
    preferences,
    responses,
    step_up,
    visits,
)
from console.forms.base import first_result
from console.views import errors
from identity import reproof, sessions
from identity.access import is_public
from identity.errors import AwsError, MethodNotAllowed
from identity.models import User

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Nothing to other sites. Not `no-referrer`: with it browsers send `Origin: null` along with our
    # own forms (Fetch, "append a request Origin header"), and the CSRF check rightly refuses that.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_STRICT = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def secure_headers() -> dict[str, str]:
    """What every answer carries that does not say otherwise itself."""
    return {**_HEADERS, **_STRICT} if settings.HTTPS else _HEADERS


class Middleware:
    """Hands the request on; what each does besides is its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class SecurityHeaders(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in secure_headers().items():
            response.headers.setdefault(name, value)
        if origin := getattr(response, "form_action", ""):  # of a page that posts to a provider
            policy = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action {origin}")
            response.headers["Content-Security-Policy"] = policy
        return response


class Preferred(Middleware):
    """Set `request.preferences`, speak the language and tell the time in the zone that they name,
    note what was seen. SDK calls never come here: the API speaks English."""

    def __call__(self, request: Any) -> HttpResponse:
        request.preferences = preferences.of(request)
        language = preferences.language_of(request)
        with timezone.override(request.preferences.time_zone), translation.override(language):
            response = self.get_response(request)
        visits.note(request, response)
        return response


class MfaRequired(Middleware):
    """Where the account asks for MFA, who signed in without it reaches only what adds a device."""

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not mfa_required.stands_before(request) or is_public(view):
            return None
        return responses.see_other("me-mfa")


class KeptForms(Middleware):
    """Keep a form that came when its session had ended; show it again once who sent it is back.

    It stands in front of who turns callers away, and after the CSRF check.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with kept_forms.one_request():
            return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.caller is None and request.method == "POST" and not is_public(view):
            return self._kept(request)
        kept = kept_forms.find(request)
        if kept is not None:
            kept_forms.offer(kept)
            messages.info(request, _("Nothing was changed. Check and send again."))
        return None

    def _kept(self, request: Any) -> HttpResponse | None:
        left = sessions.left(request) or {}
        owner = User.objects.filter(pk=left.get("user", 0)).first() if "why" in left else None
        if owner is None:
            return None
        after = kept_forms.keep(request, owner)
        return responses.see_other(settings.SESSION_OVER_URL, next=after)


class SentBefore(Middleware):
    """A form that was sent before, and did what it asks for, leads where it led the first time.

    Views need not know: what they would look at has changed since, by that very form.
    """

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method != "POST" or request.caller is None or "form_token" not in request.POST:
            return None
        return first_result(request)


class StepUp(Middleware):
    """Before a sensitive act: a proof of who is at the keyboard, unless there was one just now."""

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        act = request.resolver_match.url_name
        if request.method != "POST" or act not in step_up.ACTS or request.signed_in is None:
            return None
        if not reproof.is_due(request, request.signed_in, request.facts.at):
            return None
        after = kept_forms.keep(request, request.signed_in.user)
        return responses.see_other("reauthenticate", next=after, act=act)


class Commands(Middleware):
    """Remember the equivalent command of what a form did, for the page that it leads to."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        calls = getattr(getattr(request, "iam", None), "performed", [])
        if request.method == "POST" and response.status_code == 303 and calls:
            at = urlsplit(response.headers["Location"]).path
            request.session["command"] = {"at": at, "text": commands.of(calls)}
        return response


class Refusals(Middleware):
    """Show the page of an AwsError that a view did not put on its form, or of a wrong method."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = errors.refused(request, MethodNotAllowed("This address takes no such request."))
        page.headers["Allow"] = response.headers["Allow"]
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.refused(request, exception) if isinstance(exception, AwsError) else None
