"""Several accounts in one browser: which are open, and what to do at the address of another one."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from console import entrance, navigation, responses
from console.http import Request
from identity import account_paths, browser
from identity.access import public


@require_safe
def open_accounts(request: Request) -> HttpResponse:
    """The sessions of this browser and the way into each. Each is signed out of on its own pages:
    forms for it are to be had there only."""
    return responses.page(
        request,
        "console/open_accounts.html",
        sessions=browser.open_sessions(request),
        here=request.browser.cookie,
        sign_in=account_paths.sign_in(""),
    )


@require_POST
def sign_out_of_all(request: Request) -> HttpResponse:
    browser.end_all(request)
    request.browser.go_under("")
    return responses.see_other("signed-out")


@public
@require_safe
def other_account(request: Request) -> HttpResponse:
    """At `/c/<account>/…`, where nobody of this browser is signed in to that account."""
    wanted, after = request.browser.account_id, entrance.next_of(request)
    if request.caller or not wanted:
        return responses.SeeOther(after or responses.address("home"))
    found = browser.open_sessions(request)
    current = found[0] if found else None
    request.browser.go_under(current.account_id if current and not current.is_main else "")
    return responses.page(
        request,
        "signin/other_account.html",
        wanted=wanted,
        current=current,
        own=next((one for one in found if one.home_id == wanted), None),
        sign_in=f"{account_paths.sign_in(wanted)}?{urlencode({'next': after})}",
        switch=navigation.address("switch-role"),
    )
