"""After the password: the code of a device, a recovery code, a new password when one is due."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import entrance, password_rules, responses
from console.forms.security_credentials import RuledPasswordForm
from console.forms.signin import (
    CodeForm,
    DeviceForm,
    EntranceForm,
    KeyForm,
    RecoveryCodeForm,
    TwoCodesForm,
)
from console.http import Request
from console.templatetags.formats import age, clock
from console.views.signin import page_or_form
from identity import mail, mfa, passkeys, passwords, root_recovery, signin
from identity.errors import ClientError, Throttling
from identity.models import ConsoleSettings, VirtualMfaDevice
from identity.signin import Pending


@page_or_form
@entrance.stage(signin.MFA)
def device(request: Request, pending: Pending) -> HttpResponse:
    """Which of several devices; the one used last is chosen beforehand."""
    devices = {str(device.pk): device for device in mfa.devices_of(pending.user)}
    if len(devices) == 1:
        return responses.see_other(entrance.stage_of(*devices.values()))
    form = DeviceForm(
        request.POST if request.method == "POST" else None,
        choices=[(key, _described(device)) for key, device in devices.items()],
        initial={"device": str(signin.device_to_ask(pending).pk)},
    )
    if form.is_valid():
        chosen = devices[form.cleaned_data["device"]]
        signin.choose(request, pending, chosen)
        return responses.see_other(entrance.stage_of(chosen))
    return entrance.answer(request, "signin/mfa.html", form)


def _described(device: VirtualMfaDevice) -> str:
    words = {"name": device.name, "age": age(device.last_used_at) if device.last_used_at else ""}
    if device.is_fido and not words["age"]:
        return _("%(name)s – passkey or security key, never used") % words
    if device.is_fido:
        return _("%(name)s – passkey or security key, last used %(age)s") % words
    if not words["age"]:
        return _("%(name)s – authenticator app, never used") % words
    return _("%(name)s – authenticator app, last used %(age)s") % words


@page_or_form
@entrance.stage(signin.MFA)
def app(request: Request, pending: Pending) -> HttpResponse:
    asked = signin.device_to_ask(pending)
    if asked.is_fido:
        return responses.see_other("sign-in-mfa-key")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        proved = entrance.attempt(
            form, lambda: signin.prove_code(request, pending, asked, code, request.facts)
        )
        if proved:
            return entrance.go_on(request, proved)
    several = pending.user.mfa_devices.count() > 1
    return entrance.answer(request, "signin/mfa_app.html", form, device=asked, several=several)


@page_or_form
@entrance.stage(signin.MFA)
def key(request: Request, pending: Pending) -> HttpResponse:
    """Any passkey or security key of the person that is of this address; it takes JavaScript."""
    site, user = passkeys.site_of(request), pending.user
    form = KeyForm(request.POST if request.method == "POST" else None)
    if site is not None and form.is_valid():
        answer = form.cleaned_data["credential"]
        proved = entrance.attempt(
            form, lambda: signin.prove_key(request, pending, site, answer, request.facts)
        )
        if proved:
            return entrance.go_on(request, proved)
    hosts = passkeys.hosts_of(user)
    here = site is not None and site.host in hosts
    return entrance.answer(
        request,
        "signin/mfa_key.html",
        form,
        options=passkeys.request_options(request.session, user, site) if site and here else "",
        hosts=hosts,
        several=user.mfa_devices.count() > 1,
    )


@page_or_form
@entrance.stage(signin.MFA)
def resynchronize(request: Request, pending: Pending) -> HttpResponse:
    asked = signin.device_to_ask(pending)
    if asked.is_fido:
        return responses.see_other("sign-in-mfa-key")
    form = TwoCodesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        codes = form.cleaned_data["code"], form.cleaned_data["next_code"]
        proved = entrance.attempt(
            form, lambda: signin.prove_two_codes(request, pending, asked, codes, request.facts)
        )
        if proved:
            return entrance.go_on(request, proved)
    return entrance.answer(request, "signin/mfa_resync.html", form, device=asked)


@page_or_form
@entrance.stage(signin.MFA)
def recovery_code(request: Request, pending: Pending) -> HttpResponse:
    form = RecoveryCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        proved = entrance.attempt(
            form, lambda: signin.prove_recovery_code(request, pending, code, request.facts)
        )
        if proved:
            return entrance.go_on(request, proved)
    return entrance.answer(request, "signin/mfa_recovery.html", form)


@page_or_form
@entrance.stage(signin.MFA)
def lost_device(request: Request, pending: Pending) -> HttpResponse:
    """The root user may have a link sent, where there is mail."""
    user, form = pending.user, EntranceForm(request.POST if request.method == "POST" else None)
    by_mail = user.is_root and mail.is_on()
    sent = False
    if form.is_bound and by_mail:
        try:
            root_recovery.ask(request.facts, user.email, of_devices=True)
            sent = True
        except Throttling as problem:
            form.ask_to_wait(problem)
    return entrance.answer(
        request,
        "signin/mfa_lost.html",
        form,
        user=user,
        help_from=ConsoleSettings.of(user.account).help_from,
        by_mail=by_mail,
        sent=sent,
        hours=settings.RECOVERY_HOURS,
    )


@page_or_form
@entrance.stage(signin.NEW_PASSWORD)
def new_password(request: Request, pending: Pending) -> HttpResponse:
    """A form for who may change the own password; for others, who can help."""
    if (blocked := _why_not(request, pending)) is not None:
        contact = ConsoleSettings.of(pending.user.account).help_from
        context = {"reason": _reason(pending), "blocked": blocked, "contact": contact}
        return responses.page(request, "signin/password_blocked.html", **context)
    typed = request.POST if request.method == "POST" else None
    form = RuledPasswordForm(typed, user=pending.user)
    if form.is_valid():
        try:
            new = form.cleaned_data["new_password"]
            pending = signin.change_password(request, pending, new, request.facts)
        except ClientError as problem:
            form.add_error("new_password", problem.message)
        else:
            return _signed_in_anew(request, pending)
    return _new_password_page(request, pending, form)


def _signed_in_anew(request: Request, pending: Pending) -> HttpResponse:
    response = entrance.go_on(request, pending)
    messages.success(request, _("Your password was changed. Other sessions have ended."))
    return response


def _new_password_page(request: Request, pending: Pending, form: RuledPasswordForm) -> HttpResponse:
    rules = passwords.Rules.for_user(pending.user)
    form.fields["new_password"].widget.attrs["passwordrules"] = password_rules.for_managers(rules)
    form.fields["again"].widget.attrs["passwordrules"] = password_rules.for_managers(rules)
    return entrance.answer(
        request,
        "signin/password.html",
        form,
        user=pending.user,
        reason=_reason(pending),
        rules=password_rules.listed(rules),
    )


def _reason(pending: Pending) -> str:
    if signin.must_reset(pending.user):
        return _("Your administrator asked for a new password at first sign-in.")
    expired_at = passwords.expires_at(pending.user)
    return _("Your password expired on %s.") % (clock(expired_at) if expired_at else "")


def _why_not(request: Request, pending: Pending) -> str | None:
    """None when the password may be changed here."""
    if signin.is_locked_by_expiry(pending.user):
        return _("This account lets only an administrator replace a password that has expired.")
    if not signin.may_change_password(pending, request.facts):
        return _("Changing your own password needs the permission iam:ChangePassword.")
    return None
