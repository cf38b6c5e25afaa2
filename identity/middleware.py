"""What every request passes: SDK calls leave for the endpoint, pages learn who is calling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from identity import account_paths, browser, once, sessions, switching, views
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


class ReadOnce:
    """What a request that changes nothing reads of policies and users, it reads once."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with once.reading():
            return self.get_response(request)


class SignInFirst:
    """Refuse what is large from who is not signed in, before the CSRF check reads it into memory.

    It stands in front of that check, whose turn comes when everybody knows who is calling.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.caller is not None or not _is_large(request):
            return None
        if is_public(view):
            raise RequestDataTooBig("nobody is signed in")
        return _see_other(way_in(request))


def _is_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class CallerMiddleware:
    """Set `request.signed_in`, `.caller`, `.facts`, `.iam`, `.sts`.

    The caller is who acts: who signed in, or the role that they switched to. Without a caller only
    public views open, nor do others when the role is just over. Under the addresses of an account
    the caller is in that account, or there is none.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.facts = facts_of(request)
        request.request_id = request.facts.request_id
        request.open_elsewhere = False
        _identify(request)
        if request.browser.account_id:
            _look_for_account(request, request.browser.account_id)
        elif request.caller is not None and account_paths.is_entrance(request.path_info):
            request.browser.turn_to_entrance(request)
        if request.caller is not None:
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
            return _home_of(request) if request.role_is_over else None
        after = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        query = "?" + urlencode({"next": after}) if after and after != "/" else ""
        return HttpResponseRedirect(way_in(request) + query)


def _identify(request: Any) -> None:
    """Who acts in the session that the request is in now."""
    request.signed_in = request.caller = sessions.caller_of(request)
    request.role_is_over = False
    if request.caller is not None:
        acting = switching.caller_in(request, request.caller)
        request.role_is_over = acting is None
        request.caller = acting or request.signed_in


def _look_for_account(request: Any, account_id: str) -> None:
    """The caller is in this account, if need be in another of the browser's sessions, or nobody.

    Who is signed in to another account is no caller here: not even to sign out.
    """
    if _is_in(request, account_id):
        return
    found = browser.acting_in(request, account_id)
    if found is not None:
        request.browser.turn_to(request, found.cookie)
        _identify(request)
    if not _is_in(request, account_id):
        request.open_elsewhere = bool(browser.open_sessions(request))
        if request.caller is not None:
            request.browser.turn_to(request, browser.cookie_of(account_id))
        request.signed_in = request.caller = None


def _is_in(request: Any, account_id: str) -> bool:
    """A role that is just over counts as its account's: next comes the home of who is left."""
    if request.caller is None:
        return False
    return bool(request.role_is_over or request.caller.account_id == account_id)


def _home_of(request: Any) -> HttpResponse:
    """The role is over: what was asked of it is not done by who signed in."""
    request.browser.follow(request.signed_in.account_id)
    return _see_other(resolve_url(settings.LOGIN_REDIRECT_URL))


def _see_other(address: str) -> HttpResponse:
    """303: with a GET, whatever was asked for (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def way_in(request: Any) -> str:
    """The sign-in page; by way of a page that says why the session is over, if it just ended, or
    that the account is another than those that are open in this browser."""
    account_id = request.browser.account_id
    ended = sessions.left(request) or {}
    if "why" in ended and account_id in ("", ended["account"]):
        return resolve_url(settings.SESSION_OVER_URL)
    if request.open_elsewhere:
        return resolve_url(settings.OTHER_ACCOUNT_URL)
    return account_paths.sign_in(account_id)
