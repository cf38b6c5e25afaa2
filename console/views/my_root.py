"""`/me/root`: what the root user alone can change, about itself and about the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import responses
from console.forms.base import first_result, send, send_prepared
from console.forms.root_user import AccountNameForm, EmailCodeForm, EmailForm
from console.http import Request
from console.responses import see_other
from identity import lost_devices, mail, recovery, root_user
from identity.models import ConsoleSettings


@require_safe
def root(request: Request) -> HttpResponse:
    user = root_user.require(request.caller)
    return _page(
        request,
        "root.html",
        user=user,
        devices=user.mfa_devices.count(),
        codes_left=recovery.left(user),
        keys=user.access_keys.count(),
        pending=root_user.pending(user),
        contact=ConsoleSettings.of(user.account).contact,
        mail=mail.is_on(),
        hours=settings.RECOVERY_HOURS,
        waiting=lost_devices.waiting(user),
    )


@require_POST
def keep_devices(request: Request) -> HttpResponse:
    """End a recovery of lost devices that somebody began."""
    lost_devices.keep(root_user.require(request.caller), request.facts)
    messages.success(request, _("The MFA devices stay."))
    return see_other("me-root")


def _page(request: Request, template: str, **context: Any) -> HttpResponse:
    return responses.page(request, f"console/me/{template}", **context)


def name(request: Request) -> HttpResponse:
    root_user.require(request.caller)
    form = AccountNameForm(request.POST or None, initial={"name": request.caller.account.name})
    if form.is_valid() and (done := send(request, form, lambda: _rename(request, form))):
        return done
    return _page(request, "root_name.html", form=form)


def _rename(request: Request, form: AccountNameForm) -> HttpResponse:
    new = form.cleaned_data["name"]
    root_user.rename_account(request.caller, request.facts, new)
    messages.success(request, _("The account is now named %(name)s.") % {"name": new})
    return see_other("me-root")


def email(request: Request) -> HttpResponse:
    """A code goes to the new address; where there is no mail, the change is made at once."""
    user = root_user.require(request.caller)
    form = EmailForm(request.POST or None)
    if form.is_valid() and (done := send_prepared(request, form, lambda: _change(request, form))):
        return done
    return _page(request, "root_email.html", form=form, user=user, mail=mail.is_on())


def _change(request: Request, form: EmailForm) -> Callable[[], HttpResponse]:
    root_user.count_change(request.caller, request.facts)
    new = form.cleaned_data["email"]

    def act() -> HttpResponse:
        if not root_user.change_email(request.caller, request.facts, new):
            return see_other("me-root-email-code")
        return _changed(request, new)

    return act


def _changed(request: Request, new: str) -> HttpResponse:
    messages.success(request, _("You now sign in with %(email)s.") % {"email": new})
    return see_other("me-root")


def email_code(request: Request) -> HttpResponse:
    if request.method == "POST" and (answer := first_result(request)):
        return answer
    user = root_user.require(request.caller)
    if "forget" in request.POST:
        root_user.forget_email(user)
        messages.success(request, _("Your e-mail address stays as it is."))
        return see_other("me-root")
    waiting = root_user.pending(user)
    if waiting is None:
        messages.info(request, _("No change of the address is waiting. Begin again."))
        return see_other("me-root-email")
    form = EmailCodeForm(request.POST or None)
    if form.is_valid() and (done := _accepted(request, form)):
        return done
    return _page(request, "root_email_code.html", form=form, waiting=waiting)


def _accepted(request: Request, form: EmailCodeForm) -> HttpResponse | None:
    """Outside any transaction of ours: a try that is counted stays counted when it is refused."""
    try:
        return _send_code(request, form)
    except root_user.WrongCodeError:
        form.add_error("code", _("This is not the code. After five tries a new one is needed."))
        return None


def _send_code(request: Request, form: EmailCodeForm) -> HttpResponse | None:
    accept = root_user.proved_email(request.caller, request.facts, form.cleaned_data["code"])

    def act() -> HttpResponse:
        accept()
        return _changed(request, request.caller.user.email)

    return send(request, form, act)
