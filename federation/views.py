"""The federation endpoint, `/federation`: what a custom broker asks, and where it sends people.

The two steps and their parameters are those of AWS's "Enable custom identity broker access to the
AWS console".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from federation import broker
from identity.access import public
from identity.account_paths import here
from identity.errors import AwsError, Throttling, ValidationError
from identity.local_path import local_path

Fields = Mapping[str, str]

# What each action takes; some programs say that the session is JSON, which it always is.
_TAKES = {
    "getSigninToken": {"Action", "Session", "SessionDuration", "SessionType"},
    "login": {"Action", "Issuer", "Destination", "SigninToken"},
    "logout": {"Action", "redirect_uri"},
}


@public
@csrf_exempt  # programs call it; a browser comes with a token that no other site can know
@require_http_methods(["GET", "POST"])
def federation(request: HttpRequest) -> HttpResponse:
    """Refusals are plain text with a status, as programs get them; those of login are a page."""
    try:
        fields = _fields(request)
        if fields["Action"] == "getSigninToken":
            return _signin_token(request, fields)
    except AwsError as problem:
        return _told(problem)
    return _logout(request, fields) if fields["Action"] == "logout" else _login(request, fields)


def _told(problem: AwsError) -> HttpResponse:
    plain = "text/plain; charset=utf-8"
    answer = HttpResponse(f"{problem.message}\n", status=problem.status, content_type=plain)
    if isinstance(problem, Throttling):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _fields(request: HttpRequest) -> dict[str, str]:
    """The parameters of query and body, each once and none that the action does not take."""
    pairs = [*request.GET.lists(), *request.POST.lists()]
    fields = {name: values[0] for name, values in pairs}
    if len(fields) < sum(len(values) for _name, values in pairs):
        raise ValidationError("Each parameter can be given once.")
    taken = _TAKES.get(fields.get("Action", ""))
    if taken is None:
        raise ValidationError(f"Action must be one of {', '.join(_TAKES)}.")
    if unknown := sorted(fields.keys() - taken):
        raise ValidationError(f"{fields['Action']} takes no parameter {unknown[0][:128]}.")
    return fields


def _signin_token(request: Any, fields: Fields) -> HttpResponse:
    if "Session" not in fields:
        raise ValidationError("Session is missing.")
    if fields.get("SessionType", "json") != "json":
        raise ValidationError("SessionType can only be json.")
    duration = fields.get("SessionDuration")
    token = broker.signin_token(fields["Session"], duration, request.facts)
    return JsonResponse({"SigninToken": token})


def _login(request: Any, fields: Fields) -> HttpResponse:
    """302 to a page of this console, signed in anew; or a page that leads back to the issuer."""
    if request.method != "GET":
        raise ValidationError("Action=login takes GET only.")
    issuer = broker.issuer_url(fields.get("Issuer", ""))
    after = own_page(request, fields.get("Destination", ""))
    if not after:
        sentence = _("The address to go to after signing in is not a page of this console.")
        return _rejected(request, sentence, issuer)
    token = fields.get("SigninToken", "")
    if not broker.log_in(request, token, request.facts, issuer=issuer, login_to=after):
        return _rejected(request, "", issuer)
    return HttpResponseRedirect(here(after))


def _logout(request: Any, fields: Fields) -> HttpResponse:
    """302 to the page that asks whether to sign out: a link alone signs nobody out."""
    if request.method != "GET":
        raise ValidationError("Action=logout takes GET only.")
    given = fields.get("redirect_uri", "")
    if given and not onward(request, given):
        sentence = _(
            "The address to go to after signing out is neither a page of this console nor one of "
            "the program that signed you in."
        )
        return _rejected(request, sentence, broker.issuer_of(request))
    query = f"?{urlencode({'redirect_uri': given})}" if given else ""
    return HttpResponseRedirect(reverse("sign-out") + query)


def onward(request: HttpRequest, address: str) -> str:
    """Where to go after signing out: a page of ours, or of the site that signed this browser in."""
    found = own_page(request, address) or broker.of_issuer(request, address)
    return here(found) if found.startswith("/") else found


def own_page(request: HttpRequest, destination: str) -> str:
    """The path of a page of ours, "" for any other address.

    What is not a path has to begin with the very origin of this console, as it is configured or as
    the browser came here; whatever follows must be one of our paths in itself.
    """
    for origin in (settings.BASE_URL, f"{request.scheme}://{request.get_host()}"):
        if destination == origin:
            return "/"
        if destination.startswith(f"{origin}/"):
            return local_path(destination.removeprefix(origin))
    return local_path(destination)


def _rejected(request: HttpRequest, sentence: str, issuer: str) -> HttpResponse:
    context = {"sentence": sentence, "issuer": issuer, "issuer_host": urlsplit(issuer).netloc}
    return render(request, "federation/rejected.html", context, status=400)
