"""The own MFA devices: add an authenticator app, remove a device, make recovery codes."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import handoff, responses
from console.forms.base import first_result, send
from console.forms.security_credentials import AuthenticatorForm, ProofForm
from console.forms.users import ConfirmForm
from console.http import Request
from console.permissions import Rights
from console.responses import SeeOther, address, see_other
from console.views import errors
from console.views.security_credentials import needs_mfa
from identity import arns, enrolment, mfa, own_credentials, recovery
from identity.errors import AccessDenied, NoSuchEntity
from identity.models import RecoveryCode

CODES = "Recovery codes"


# --- an authenticator app --------------------------------------------------------------------


def add_app(request: Request) -> HttpResponse:
    """The seed stays sealed in the session until a code of it was right."""
    if request.method == "POST" and (answer := first_result(request)):
        return answer
    user = request.caller.user
    seed = enrolment.seed_of(request.session, user)
    name = enrolment.free_name(user)
    form = AuthenticatorForm(request.POST or None, initial={"name": name})
    if not needs_mfa(request) and form.is_valid() and (done := _add(request, form, seed)):
        return done
    uri = mfa.otpauth_uri(name, user.account.alias or user.account_id, seed)
    rights = Rights(request)
    return responses.page(
        request,
        "console/me/mfa_add.html",
        form=form,
        qr=segno.make_qr(uri, error="m").svg_data_uri(scale=4, border=4, light="#fff"),
        secret=" ".join(seed[start : start + 4] for start in range(0, len(seed), 4)),
        needs_mfa=needs_mfa(request),
        denied=rights.denied(request.caller.arn)["EnableMFADevice"]
        or rights.denied(arns.mfa(user.account_id, name))["CreateVirtualMFADevice"],
    )


def _add(request: Request, form: AuthenticatorForm, seed: str) -> HttpResponse | None:
    typed = form.cleaned_data
    codes = enrolment.pair_of(seed, typed["code"], typed["next_code"], request.facts.at)
    if codes is None:
        form.does_not_fit()
        return None
    is_first = not request.caller.user.mfa_devices.exists()
    drawn = recovery.draw(request.caller.user) if is_first else None

    def add() -> HttpResponse:
        name = typed["name"]
        enrolment.add_device(request.iam, request.caller, name=name, seed=seed, codes=codes)
        messages.success(request, _("Authenticator app %(name)s was added.") % {"name": name})
        return keep_codes(request, *drawn) if drawn else see_other("me")

    done = send(request, form, add)
    if done is not None:
        enrolment.forget(request.session)
    return done


def remove(request: Request) -> HttpResponse:
    """Remove the device `?serial=`; the last one takes a typed confirmation."""
    if request.method == "POST" and (answer := first_result(request)):
        return answer
    caller = request.caller
    devices = request.iam.list_mfa_devices()["MFADevices"]
    serial = request.GET.get("serial", "")
    if serial not in (device["SerialNumber"] for device in devices):
        raise NoSuchEntity(_("You have no such MFA device."))
    form = ConfirmForm(request.POST or None, expected=caller.name if len(devices) == 1 else "")
    if form.is_valid() and (done := send(request, form, lambda: _remove(request, serial))):
        return done
    return responses.page(
        request,
        "console/me/mfa_remove.html",
        form=form,
        serial=serial,
        needs_mfa=needs_mfa(request),
        denied=Rights(request).denied(caller.arn)["DeactivateMFADevice"],
    )


def _remove(request: Request, serial: str) -> HttpResponse:
    """Deactivate and delete: a device that belongs to nobody would only keep its name taken."""
    name = request.caller.user.name or request.caller.account_id
    request.iam.deactivate_mfa_device(UserName=name, SerialNumber=serial)
    if ":mfa/" in serial:  # a passkey or security key is gone already
        request.iam.delete_virtual_mfa_device(SerialNumber=serial)
    messages.success(request, _("The MFA device was removed."))
    return see_other("me")


# --- recovery codes --------------------------------------------------------------------------


def recovery_codes(request: Request) -> HttpResponse:
    """How many are left; new ones take the password again, and MFA in this session."""
    user = request.caller.user
    form = ProofForm(request.POST or None)
    may = user.mfa_devices.exists() and not needs_mfa(request)
    if may and form.is_valid() and (done := _make_codes(request, form)):
        return done
    return responses.page(
        request,
        "console/me/recovery_codes.html",
        form=form,
        left=recovery.left(user),
        has_device=user.mfa_devices.exists(),
        needs_mfa=needs_mfa(request),
    )


def _make_codes(request: Request, form: ProofForm) -> HttpResponse | None:
    try:
        password = form.cleaned_data["password"]
        own_credentials.prove_password(request.caller, request.facts, password)
    except AccessDenied:
        form.add_error("password", _("This is not your current password."))
        return None
    drawn = recovery.draw(request.caller.user)
    return send(request, form, lambda: keep_codes(request, *drawn))


def keep_codes(request: Request, codes: list[str], rows: list[RecoveryCode]) -> HttpResponse:
    own_credentials.keep_recovery_codes(request.caller, request.facts, rows)
    shown = {CODES: "\n".join(codes)}
    return handoff.give(request, request.caller.user_id, shown, "me-recovery-codes-done")


def recovery_codes_done(request: Request, handoff_id: str) -> HttpResponse:
    """GET shows the ten codes, POST (they are saved) ends it."""
    if request.method == "POST":
        return handoff.done(request, SeeOther(address("me")), handoff_id)
    shown = handoff.take(request, handoff_id)
    if shown is None:
        return errors.gone(request, address("me-recovery-codes"))
    return responses.page(
        request,
        "console/me/recovery_codes_shown.html",
        codes=shown.values[CODES],
        until=shown.until,
        text_url=address("me-recovery-codes-text", handoff_id),
    )


@require_safe
def recovery_codes_text(request: Request, handoff_id: str) -> HttpResponse:
    """The codes as a text file, one a line; 410 when they are gone."""
    shown = handoff.take(request, handoff_id)
    if shown is None:
        return errors.gone(request, address("me-recovery-codes"))
    response = HttpResponse(shown.values[CODES] + "\n", content_type="text/plain; charset=utf-8")
    name = f"{request.caller.name}_recovery-codes.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
