"""What the sign-in pages share: the next stage, where to go afterwards, and the stage's guard."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import preferences, recent_accounts, responses
from console.forms.signin import EntranceForm
from console.http import Request
from identity import devices, mfa, recovery, signin
from identity.access import public
from identity.account_paths import here
from identity.errors import Throttling
from identity.local_path import local_path
from identity.models import VirtualMfaDevice
from identity.signin import Pending
from identity.signin_events import RECOVERY_CODE

StageView = Callable[[Request, Pending], HttpResponse]


def next_of(request: HttpRequest) -> str:
    """The page that was asked for before signing in, "" when none or not one of ours."""
    return local_path(request.GET.get("next", ""))


def answer(request: HttpRequest, template: str, form: EntranceForm, **context: Any) -> HttpResponse:
    """The page: 200, 422 when the form was refused, 429 while there is a delay to wait for."""
    context |= {"form": form, "next": next_of(request), "contact": settings.CONTACT}
    context["demo"] = settings.DEMO
    response = responses.page(request, template, **context)
    if form.wait_seconds:
        response.status_code = 429
        response.headers["Retry-After"] = str(form.wait_seconds)
    return response


def attempt(form: EntranceForm, prove: Callable[[], Pending]) -> Pending | None:
    """Try what the form holds; None when it was refused, which the form then says."""
    try:
        return prove()
    except signin.RefusedError:
        form.refuse()
    except Throttling as problem:
        form.ask_to_wait(problem)
    return None


def go_on(request: Request, pending: Pending) -> HttpResponse:
    """303 to the next stage; after the last one, sign in and go where the person was going."""
    if pending.stage == signin.MFA:
        devices_to_ask = mfa.devices_of(pending.user)
        if len(devices_to_ask) > 1:
            return responses.see_other("sign-in-mfa")
        return responses.see_other(stage_of(devices_to_ask[0]))
    if pending.stage == signin.NEW_PASSWORD:
        return responses.see_other("sign-in-password")
    signin.finish(request, pending, request.facts)
    response = responses.SeeOther(_destination(request, pending))
    devices.remember(request, response, pending.user)
    if not pending.user.is_root:
        recent_accounts.remember(request, response, pending.user.account)
    return response


def stage_of(device: VirtualMfaDevice) -> str:
    """The page that asks this device."""
    return "sign-in-mfa-key" if device.is_fido else "sign-in-mfa-app"


def _destination(request: Request, pending: Pending) -> str:
    """Whoever used a recovery code has lost a device: adding another comes first."""
    if pending.mfa_by != RECOVERY_CODE:
        after = here(local_path(pending.login_to))
        return after or reverse(preferences.of_user(pending.user).home)
    left = recovery.left(pending.user)
    text = ngettext(
        "You have %d recovery code left. Add a new device now.",
        "You have %d recovery codes left. Add a new device now.",
        left,
    )
    messages.warning(request, text % left)
    return reverse("me-mfa")


def stage(name: str) -> Callable[[StageView], Callable[[Request], HttpResponse]]:
    """A page of one stage: reached with a pending sign-in that stands there, and not otherwise."""

    def guard(view: StageView) -> Callable[[Request], HttpResponse]:
        @public
        @wraps(view)
        def guarded(request: Request) -> HttpResponse:
            pending = signin.pending_of(request)
            if pending is None or pending.stage == signin.DONE:
                return _start_again(request)
            if pending.stage != name:
                return go_on(request, pending)
            return view(request, pending)

        return guarded

    return guard


def _start_again(request: Request) -> HttpResponse:
    if signin.forget(request):
        messages.info(request, _("Your sign-in took longer than five minutes. Start again."))
    return responses.see_other("home" if request.caller else "sign-in")
