"""Failures as pages: Django's handlers, and any AwsError through `refused`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from console import former_names, navigation, near_names
from console.denials import Denial
from console.denying_policy import denying_policy
from console.http import Request
from console.kinds import Kind
from console.near_names import KINDS, NothingNamed
from identity import authorization_messages
from identity.access import public
from identity.errors import AccessDenied, AwsError, ConcurrentModification, Throttling
from identity.models import Event

RELOAD_SECONDS = 5

_NO_SUCH = re.compile(r"The (?P<kind>[\w -]+?) with name (?P<name>\S+) cannot be found\.?")


def _page(request: HttpRequest, status: int, heading: str, **context: Any) -> HttpResponse:
    """The page of a status, in the console's frame for whoever is signed in."""
    signed_in = getattr(request, "caller", None) is not None
    shared = {
        "heading": heading,
        "frame": "layouts/console.html" if signed_in else "layouts/entrance.html",
        "event_id": getattr(request, "request_id", ""),
    }
    return render(request, f"{status}.html", shared | context, status=status)


# --- Django's handlers -----------------------------------------------------------------------


@public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a body above the limit. The exception's own words stay in the log."""
    if isinstance(exception, RequestDataTooBig):
        return _too_large(request)
    return _page(
        request,
        400,
        _("This request could not be read"),
        sentence=_("Something in it has the wrong form. Nothing was changed."),
    )


@public
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        403,
        _("You may not do this"),
        sentence=str(exception) or _("Your permissions do not cover this page."),
    )


@public
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the address is not repeated, and what Django tried is nobody's business."""
    return _page(
        request,
        404,
        _("There is no such page"),
        sentence=_("The address may be mistyped, or what was here has been deleted."),
    )


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """500 from nothing but the template: no database, no context processors, no caller."""
    context = {"event_id": getattr(request, "request_id", "")}
    try:
        page: str = render_to_string("500.html", context)
    except (TemplateDoesNotExist, ValueError):  # ValueError: a static file is missing from the list
        page = "<!doctype html><title>Bartizan</title><h1>Something broke on our side</h1>"
    return HttpResponseServerError(page)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: too old, sent twice, from elsewhere, or cookies are blocked."""
    if reason == REASON_NO_CSRF_COOKIE:
        sentence = _("Your browser did not send our cookie. Allow cookies for this address.")
    else:
        sentence = _("Open it again and send it once more.")
    return _page(
        request,
        400,
        _("This form is too old or was sent twice. Nothing was changed."),
        sentence=sentence,
        reload_url=request.get_full_path(),
    )


# --- AwsError --------------------------------------------------------------------------------


def refused(
    request: HttpRequest, error: AwsError, *, decision_text: str | None = None
) -> HttpResponse:
    """The page that says what an operation refused, with the status a browser expects.

    `decision_text` is the reason in words, from the policy engine; without it the reason is read
    from the message. A throttled caller gets 429 here, where the API answers 400.
    """
    if isinstance(error, AccessDenied):
        return _access_denied(request, error, decision_text)
    if isinstance(error, Throttling):
        return _throttled(request, error)
    if error.status >= 500:
        return _unavailable(request) if error.status == 503 else server_error(request)
    return _REFUSALS.get(error.status, _rejected)(request, error)


def gone(request: HttpRequest, again_url: str = "") -> HttpResponse:
    """410 for a used or expired link; `again_url` is where a new one is sent from."""
    heading = _("This link has been used or is too old")
    return _page(request, 410, heading, again_url=again_url)


def deleted(
    request: HttpRequest, event: Event, label: str, name: str, list_page: str
) -> HttpResponse:
    """410 for an object that is known to have been deleted: when, and by whom."""
    context = {"event": event, "label": label, "name": name, "list_page": list_page}
    return render(request, "console/deleted.html", context, status=410)


def deleted_by(request: Request, kind: Kind, name: str) -> HttpResponse | None:
    """The same for what the activity log says was deleted under this name."""
    event = former_names.deletion(request, kind, name)
    return deleted(request, event, str(kind.label), name, kind.list_page) if event else None


def _access_denied(
    request: HttpRequest, error: AccessDenied, decision_text: str | None
) -> HttpResponse:
    denial = Denial.read(error.message, getattr(request, "request_id", ""))
    return _page(
        request,
        403,
        _("You may not do this"),
        denial=denial,
        sentence=_("Your permissions do not cover this."),
        why=decision_text or denial.why,
        policy=denying_policy(request, error),
        api_message=error.message,
        encoded=authorization_messages.encoded(error.decision) if error.decision else "",
        explain_url=_explain_url(error, denial),
    )


def _explain_url(error: AccessDenied, denial: Denial) -> str:
    """The explanation of this very call, or the question filled in where none was recorded."""
    if error.event_id:
        return reverse("explain-call", args=[error.event_id])
    return f"{reverse('explain')}?{denial.query}" if denial.action else ""


def _forbidden(request: HttpRequest, error: AwsError) -> HttpResponse:
    return _page(request, 403, _("You may not do this"), sentence=error.message)


def _missing(request: HttpRequest, error: AwsError) -> HttpResponse:
    kind, name = _named(error)
    if kind is None:
        return _page(request, 404, _("There is nothing of this name"), sentence=error.message)
    return _page(
        request,
        404,
        kind.heading % name,
        sentence=_("It may have been deleted or renamed. Names ignore upper and lower case."),
        near=near_names.near(cast(Request, request), kind, name) if hasattr(request, "iam") else [],
        list_url=navigation.address(kind.pages),
        list_label=_("Go to the list"),
    )


def _named(error: AwsError) -> tuple[near_names.Kind | None, str]:
    """What was asked for, of an error that names it: IAM's own, or that of a page."""
    if isinstance(error, NothingNamed):
        return KINDS[error.kind], error.name
    found = _NO_SUCH.match(error.message)
    return (KINDS.get(found.group("kind")), found.group("name")) if found else (None, "")


def _conflict(request: HttpRequest, error: AwsError) -> HttpResponse:
    heading = _("This conflicts with what is there now")
    if isinstance(error, ConcurrentModification):
        heading = _("Someone changed this while you were editing")
    return _page(request, 409, heading, sentence=error.message, reload_url=request.get_full_path())


def _throttled(request: HttpRequest, error: Throttling) -> HttpResponse:
    seconds = error.retry_after
    response = _page(
        request,
        429,
        _("Too many tries"),
        seconds=seconds,
        reload_url=request.get_full_path(),
    )
    response.headers["Retry-After"] = str(seconds)
    return response


def _wrong_method(request: HttpRequest, error: AwsError) -> HttpResponse:
    return _page(request, 405, _("This cannot be done here"))


def _too_large(request: HttpRequest, error: AwsError | None = None) -> HttpResponse:
    size = request.META.get("CONTENT_LENGTH") or ""
    return _page(
        request,
        413,
        _("This is too large"),
        limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        size=int(size) if size.isdecimal() else None,
        reload_url=request.get_full_path(),
    )


def _rejected(request: HttpRequest, error: AwsError) -> HttpResponse:
    return _page(
        request,
        400,
        _("This could not be done"),
        sentence=_("Nothing was changed."),
        api_message=error.message,
    )


def _unavailable(request: HttpRequest) -> HttpResponse:
    """503; the browser comes back by itself, with a GET."""
    response = _page(request, 503, _("Not ready yet"), reload_url=request.get_full_path())
    response.headers["Refresh"] = str(RELOAD_SECONDS)
    response.headers["Retry-After"] = str(RELOAD_SECONDS)
    return response


_REFUSALS: dict[int, Callable[[HttpRequest, AwsError], HttpResponse]] = {
    403: _forbidden,
    404: _missing,
    405: _wrong_method,
    409: _conflict,
    413: _too_large,
}
