"""Which account's addresses a request uses, and its sessions' cookies; in place of Django's
SessionMiddleware, which knows one cookie."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import get_script_prefix, set_script_prefix
from django.utils.cache import patch_vary_headers

from identity import account_paths
from identity.browser import Browser
from identity.session_store import SessionStore

_CSRF = settings.CSRF_COOKIE_NAME
_SAME_SITE: Literal["Lax"] = "Lax"


class BrowserMiddleware:
    """Set `request.browser` and `.session`; take the account off the path, which views never see.

    Django's CSRF protection reads and writes one cookie; here that is the one of these addresses.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        account_id, path = account_paths.split(request.path_info)
        if account_id and account_paths.is_common(path):
            return _without_account(request, path)
        request.browser = browser = Browser(dict(request.COOKIES), account_id, path)
        request.path_info = path
        browser.turn_to(request, browser.cookie)
        _take_csrf(request, browser)
        before = get_script_prefix()
        account_paths.go_under(account_id)
        try:
            response: HttpResponse = self.get_response(request)
        finally:
            set_script_prefix(before)
        _give_csrf(response, browser)
        _keep(response, browser)
        return response


def _without_account(request: HttpRequest, path: str) -> HttpResponse:
    """On to the address that is the same for all; nothing is done there under an account."""
    if request.method not in ("GET", "HEAD"):
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{path}?{query}" if query else path)


def _take_csrf(request: HttpRequest, browser: Browser) -> None:
    kept = browser.cookies.get(browser.csrf_cookie)
    request.COOKIES.pop(_CSRF, None)
    if kept is not None:
        request.COOKIES[_CSRF] = kept


def _give_csrf(response: HttpResponse, browser: Browser) -> None:
    for name in browser.dropped & browser.cookies.keys():
        response.delete_cookie(name, samesite=_SAME_SITE)
    given = response.cookies.pop(_CSRF, None)
    if given is None:
        return
    age = settings.CSRF_COOKIE_AGE if browser.csrf_cookie == _CSRF else settings.SESSION_SECONDS
    response.set_cookie(
        browser.csrf_cookie,
        given.value,
        max_age=age,
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=settings.CSRF_COOKIE_HTTPONLY,
        samesite=_SAME_SITE,
    )


def _keep(response: HttpResponse, browser: Browser) -> None:
    """Save what was changed; drop the cookies of sessions that are empty now."""
    for cookie, session in browser.opened.items():
        if session.is_empty():
            if cookie in browser.cookies:
                response.delete_cookie(cookie, samesite=_SAME_SITE)
        elif (session.modified or session.saved) and response.status_code < 500:
            _save(response, cookie, session)
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))


def _save(response: HttpResponse, cookie: str, session: SessionStore) -> None:
    try:
        if session.modified:
            session.save()
    except UpdateError as problem:
        raise SessionInterrupted("the session was ended while this request ran") from problem
    response.set_cookie(
        cookie,
        session.session_key or "",
        max_age=session.get_expiry_age(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=_SAME_SITE,
    )
