"""The own passkeys and security keys: register one, give it another name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import responses
from console.forms.base import first_result, send
from console.forms.security_credentials import KeyNameForm, NewKeyForm
from console.http import Request
from console.permissions import Rights
from console.responses import see_other
from console.views.my_mfa import keep_codes
from console.views.security_credentials import needs_mfa
from identity import own_credentials, passkeys, recovery
from identity.errors import NoSuchEntity
from identity.models import VirtualMfaDevice
from identity.passkeys import NewKey, Site


def add(request: Request) -> HttpResponse:
    """The name first, then the browser's own prompt, which only a script can open."""
    if request.method == "POST" and (answer := first_result(request)):
        return answer
    user, site = request.caller.user, passkeys.site_of(request)
    form = NewKeyForm(request.POST or None, initial={"name": _("Passkey")})
    if site is not None and not needs_mfa(request) and form.is_valid():
        done = _add(request, form, site)
        if done is not None:
            return done
    return responses.page(
        request,
        "console/me/mfa_add_key.html",
        form=form,
        options=passkeys.creation_options(request.session, user, site) if site else "",
        needs_mfa=needs_mfa(request),
        denied=Rights(request).denied(request.caller.arn)["EnableMFADevice"],
    )


def _add(request: Request, form: NewKeyForm, site: Site) -> HttpResponse | None:
    user = request.caller.user
    try:
        made = passkeys.registered(request.session, user, site, form.cleaned_data["credential"])
    except passkeys.RefusedError:
        form.does_not_fit()
        return None
    drawn = None if user.mfa_devices.exists() else recovery.draw(user)
    return send(request, form, lambda: _keep(request, form, made, drawn))


def _keep(
    request: Request, form: NewKeyForm, made: NewKey, drawn: recovery.Drawn | None
) -> HttpResponse:
    name = form.cleaned_data["name"]
    passkeys.add(request.caller, request.facts, made, name)
    messages.success(request, _("%(name)s was added.") % {"name": name})
    return keep_codes(request, *drawn) if drawn else see_other("me")


def rename(request: Request) -> HttpResponse:
    """Another name for the key `?serial=`; its serial number, which policies know, stays."""
    if request.method == "POST" and (answer := first_result(request)):
        return answer
    device = _own(request)
    form = KeyNameForm(request.POST or None, initial={"name": device.name})
    if form.is_valid() and not needs_mfa(request):
        done = send(request, form, lambda: _rename(request, device, form.cleaned_data["name"]))
        if done is not None:
            return done
    return responses.page(
        request,
        "console/me/mfa_rename.html",
        form=form,
        device=device,
        needs_mfa=needs_mfa(request),
    )


def _own(request: Request) -> VirtualMfaDevice:
    devices = request.caller.user.mfa_devices.filter(fido__isnull=False)
    device = devices.filter(serial_number=request.GET.get("serial", "")).first()
    if device is None:
        raise NoSuchEntity(_("You have no such passkey or security key."))
    return device


def _rename(request: Request, device: VirtualMfaDevice, name: str) -> HttpResponse:
    own_credentials.rename_key(request.caller, request.facts, device, name)
    messages.success(request, _("%(name)s has its new name.") % {"name": name})
    return see_other("me")
