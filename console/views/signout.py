"""The ways out, the pages that stand at the door, and the addresses that lead there."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from console import entrance, kept_forms, responses
from console.http import Request
from console.responses import SeeOther
from console.views.signin import page_or_form
from federation import logout_views, single_logout
from federation.outgoing import Outgoing
from federation.views import onward as onward_from
from identity import browser, sessions, switching
from identity.access import public
from identity.models import Account, ConsoleSettings


@public
@require_safe
def index(request: Request) -> HttpResponse:
    """The console's root: what an SDK sends there never comes this far."""
    if request.caller:
        return responses.see_other(request.preferences.home)
    if request.browser.account_id:
        return responses.see_other("home")
    return responses.see_other("sign-in" if Account.objects.exists() else "setup")


@public
@page_or_form
def sign_out(request: Request) -> HttpResponse:
    """A link alone signs nobody out: GET asks, POST does it, half signed in or whole.

    Who came by SAML may ask to be signed out at the provider as well; a custom broker may say
    where people go afterwards (`federation.views.onward`).
    """
    came_by = request.session.get("saml")
    onward = onward_from(request, request.GET.get("redirect_uri", ""))
    if request.method == "POST":
        leaving = "provider" in request.POST and single_logout.begin(came_by, request.facts)
        switching.end(request)
        if leaving:
            return logout_views.to_provider(request, leaving)
        return _gone_on(request, onward)
    if request.caller is None:
        return _gone_on(request, onward)
    provider = single_logout.offered_to(came_by)
    site = urlsplit(onward).netloc
    return responses.page(request, "signin/sign_out.html", provider=provider, site=site)


def _gone_on(request: Request, onward: str) -> HttpResponse:
    """To the page that says so, or where the broker wished: to another site by a page of ours."""
    if site := urlsplit(onward).netloc:
        return logout_views.to_provider(request, Outgoing(site, onward, {}, asks=False))
    return SeeOther(onward) if onward else responses.see_other("signed-out")


@public
@require_safe
def signed_out(request: Request) -> HttpResponse:
    if request.caller:
        return responses.see_other("home")
    account = _account_left(request)
    return responses.page(
        request,
        "signin/signed_out.html",
        left_account=account,
        again=_sign_in_again(request),
        others=browser.open_sessions(request),
    )


@public
@require_safe
def session_expired(request: Request) -> HttpResponse:
    """Why the session ended and when; the page that was asked for is kept for afterwards."""
    if request.caller:
        return responses.see_other("home")
    left = sessions.left(request) or {}
    return responses.page(
        request,
        "signin/session_expired.html",
        why=left.get("why", ""),
        at=datetime.fromisoformat(left["at"]) if "at" in left else None,
        rules=_rules_left(request),
        kept=f"{kept_forms.PARAMETER}=" in entrance.next_of(request),
        again=_sign_in_again(request),
    )


@public
@require_safe
def forgot_password(request: Request) -> HttpResponse:
    return responses.page(request, "signin/forgot_password.html", contact=settings.CONTACT)


@public
@require_safe
def change_password_address(request: Request) -> HttpResponse:
    """W3C's "A Well-Known URL for Changing Passwords": password managers start here."""
    return HttpResponseRedirect(reverse("me-password"))


@public
@require_safe
def console_address(request: Request) -> HttpResponse:
    """AWS's address of the console."""
    return HttpResponseRedirect(reverse("home"))


def _rules_left(request: Request) -> ConsoleSettings:
    """What the account that was left asks of sessions."""
    account = _account_left(request)
    return ConsoleSettings.of(account) if account else ConsoleSettings()


def _account_left(request: Request) -> Account | None:
    left = sessions.left(request)
    return Account.objects.filter(pk=left["account"]).first() if left else None


def _sign_in_again(request: Request) -> str:
    """The sign-in page of the session that was left, with the page that was asked for."""
    account, left = _account_left(request), sessions.left(request) or {}
    after = entrance.next_of(request)
    if left.get("issuer"):
        return str(left["issuer"])
    if account is None:
        return responses.address("sign-in", next=after)
    if left.get("is_root"):
        return responses.address("sign-in-root", next=after)
    return responses.address("sign-in-user", account.alias or account.id, next=after)
