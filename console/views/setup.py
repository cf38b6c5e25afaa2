"""The first run: checks, the first account, what to do next. Over once there is an account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from console import first_account, handoff, health, names, responses, setup_token
from console.forms.base import send
from console.forms.setup import FirstAccountForm, TokenForm
from console.http import Request
from identity.access import public
from identity.models import Account

_PROVED = "setup"
_PROVED_SECONDS = 3600

View = Callable[[Request], HttpResponse]
page_or_form = require_http_methods(["GET", "HEAD", "POST"])


def _over(request: Request) -> HttpResponse:
    return render(request, "setup/over.html", status=410)


def _operator_only(view: View) -> View:
    """Before the first account, for who is on this machine or has shown the token."""

    @public
    @wraps(view)
    def guarded(request: Request) -> HttpResponse:
        if Account.objects.exists():
            return _over(request)
        if setup_token.is_local(request) or request.session.get(_PROVED):
            return view(request)
        return _ask_for_token(request)

    return guarded


def _ask_for_token(request: Request) -> HttpResponse:
    """A token in the address (as the log has it) is taken out of it at once."""
    given = request.GET if "token" in request.GET else None
    form = TokenForm(request.POST if request.method == "POST" else given)
    if form.is_valid():
        request.session.cycle_key()
        request.session[_PROVED] = True
        request.session.set_expiry(_PROVED_SECONDS)
        return responses.see_other("setup")
    return responses.page(request, "setup/token.html", form=form, file=setup_token.path().name)


@page_or_form
@_operator_only
def start(request: Request) -> HttpResponse:
    return responses.page(request, "setup/start.html", checks=health.checks(request))


@page_or_form
@_operator_only
def account(request: Request) -> HttpResponse:
    form = FirstAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = send(request, form, lambda: first_account.make(request, form.cleaned_data))
        except (first_account.AlreadySetUpError, IntegrityError):
            return _over(request)
        if made:
            setup_token.discard()
            return made
    return responses.page(request, "setup/account.html", form=form)


@public
@page_or_form
def done(request: Request, handoff_id: str = "") -> HttpResponse:
    """For the session that the setup began, and nobody else."""
    extras = request.session.get(first_account.DONE)
    if request.caller is None or extras is None:
        return _over(request)
    if request.method == "POST":
        return handoff.done(request, responses.see_other("setup-done"), handoff_id)
    return responses.page(
        request,
        "setup/done.html",
        extras=extras,
        secrets=handoff.take(request, handoff_id) if handoff_id else None,
        handoff_id=handoff_id,
        sign_in_url=names.sign_in_url(request.caller.account),
    )
