"""A lost root password, lost MFA devices of root: what the links that go by mail open."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import entrance, password_rules, responses
from console.forms.reauthenticate import PasswordForm
from console.forms.security_credentials import RuledPasswordForm
from console.forms.signin import EmailForm
from console.http import Request
from console.views import errors
from console.views.signin import page_or_form
from identity import lost_devices, mail, passwords, root_recovery
from identity.access import public
from identity.errors import ClientError, Throttling
from identity.models import RootRecovery, User


@public
@page_or_form
def forgot(request: Request) -> HttpResponse:
    """The same answer for every address; without mail the page says what the operator can do."""
    typed = request.POST if request.method == "POST" and mail.is_on() else None
    form = EmailForm(typed, initial={"email": request.session.get("root_email")})
    sent = form.is_valid() and _asked(request, form)
    template = "forgot.html" if mail.is_on() else "forgot_by_operator.html"
    return entrance.answer(request, f"signin/root_{template}", form, sent=sent)


def _asked(request: Request, form: EmailForm) -> bool:
    try:
        root_recovery.ask(request.facts, form.cleaned_data["email"].strip())
    except Throttling as problem:
        form.ask_to_wait(problem)
        return False
    return True


@public
@page_or_form
def reset(request: Request, token: str) -> HttpResponse:
    """Opening the link changes nothing: programs that look at mail open it, too."""
    found = root_recovery.find(token)
    if found is None or found.user is None:
        return _over(request)
    form = RuledPasswordForm(request.POST if request.method == "POST" else None, user=found.user)
    if form.is_valid():
        try:
            if not root_recovery.reset(found, form.cleaned_data["new_password"], request.facts):
                return _over(request)
        except ClientError as problem:
            form.add_error("new_password", problem.message)
        else:
            messages.success(request, _("The root password was changed. Sign in with it."))
            return responses.see_other("sign-in-root")
    return _page(request, found.user, form)


def _over(request: Request) -> HttpResponse:
    return errors.gone(request, responses.address("sign-in-root-forgot"))


def _page(request: Request, user: User, form: RuledPasswordForm) -> HttpResponse:
    rules = passwords.Rules.for_user(user)
    for name in ("new_password", "again"):
        form.fields[name].widget.attrs["passwordrules"] = password_rules.for_managers(rules)
    listed = password_rules.listed(rules)
    return entrance.answer(request, "signin/root_reset.html", form, user=user, rules=listed)


# --- lost MFA devices ------------------------------------------------------------------------


@public
@page_or_form
def device(request: Request, token: str) -> HttpResponse:
    """The password once more; then root is told, and has a while to keep the devices."""
    found = root_recovery.find(token, of_devices=True)
    if found is None or found.user is None:
        return errors.gone(request, responses.address("sign-in-root"))
    form = PasswordForm(request.POST if request.method == "POST" else None)
    due = _confirmed(request, found, form) if form.is_valid() else None
    hours = settings.RECOVERY_HOURS
    return entrance.answer(
        request, "signin/root_device.html", form, user=found.user, due=due, hours=hours
    )


def _confirmed(request: Request, found: RootRecovery, form: PasswordForm) -> datetime | None:
    try:
        return lost_devices.confirm(found, form.cleaned_data["password"], request.facts)
    except lost_devices.RefusedError:
        form.refuse()
    except Throttling as problem:
        form.ask_to_wait(problem)
    return None


@public
@page_or_form
def keep_devices(request: Request, token: str) -> HttpResponse:
    """Cancels from the mail; opening the link alone does not."""
    found = lost_devices.find_waiting(token)
    if found is None or found.user is None:
        return errors.gone(request, responses.address("sign-in-root"))
    if request.method == "POST":
        lost_devices.keep(found.user, request.facts)
        messages.success(request, _("The MFA devices stay. Set a new password if in doubt."))
        return responses.see_other("sign-in-root-forgot")
    return responses.page(request, "signin/root_device_keep.html", due=found.due_at)
