"""The security credentials of a user: console password and MFA devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import handoff, other_credentials, password_rules, session_list
from console.forms.base import send, send_prepared
from console.forms.user_credentials import PasswordForm
from console.forms.users import ConfirmForm
from console.grants import let_change_own_password
from console.http import Request
from console.names import sign_in_url
from console.paging import Page
from console.responses import address, see_other
from console.views import secrets_once
from console.views.user_pages import of_user, page, segment
from identity import gateway, passwords
from identity.calls import Call
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@require_safe
@of_user
def security_credentials(request: Request, user: t.UserTypeDef) -> HttpResponse:
    return page(
        request,
        user,
        "security_credentials.html",
        "security-credentials",
        sign_in_url=sign_in_url(request.caller.account),
        others=other_credentials.sections(request, user),
        sessions=_sessions(request, user),
    )


def _sessions(request: Request, user: t.UserTypeDef) -> Page[session_list.Row]:
    row = request.caller.account.iam_users.get(unique_id=user["UserId"])
    return session_list.page_of(request, row)


# --- the console password --------------------------------------------------------------------


@of_user
def password(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """Enable console access, or reset the password of a user who has it."""
    enabled = has_console_access(request, user)
    form = PasswordForm(request.POST or None)
    if form.is_valid() and (
        done := send_prepared(request, form, lambda: _hashed(request, user, form, enabled=enabled))
    ):
        return done
    rules = password_rules.listed(passwords.rules(request.caller.account))
    return page(request, user, "password.html", form=form, enabled=enabled, rules=rules)


def has_console_access(request: Request, user: t.UserTypeDef) -> bool:
    """Whether the user has a login profile. Raises AccessDenied."""
    try:
        request.iam.get_login_profile(UserName=user["UserName"])
    except NoSuchEntity:
        return False
    return True


def _hashed(
    request: Request, user: t.UserTypeDef, form: PasswordForm, *, enabled: bool
) -> Callable[[], HttpResponse]:
    """Hash the password, and up to 24 of before to compare it with; returns what sets it."""
    given = form.typed_password() or passwords.generate(request.caller.account)
    must_change = form.cleaned_data["must_change"]
    profile = {
        "UserName": user["UserName"],
        "Password": given,
        "PasswordResetRequired": must_change,
    }
    action = "UpdateLoginProfile" if enabled else "CreateLoginProfile"
    write = gateway.prepared(Call(request.caller, "iam", action, profile, request.facts))

    def set_password() -> HttpResponse:
        write()
        if must_change:
            let_change_own_password(request, user)
        values = credentials_of(request, user["UserName"], given)
        giver = request.caller.user_id
        return handoff.give(request, giver, values, "user-password-done", segment(user))

    return set_password


def credentials_of(request: Request, name: str, password: str) -> dict[str, str]:
    """What is handed over, under the columns that tools expect in the CSV file."""
    return {
        secrets_once.USER_NAME: name,
        secrets_once.PASSWORD: password,
        secrets_once.SIGN_IN_URL: sign_in_url(request.caller.account),
    }


@of_user
def password_done(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    here = segment(user)
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_("Password of %(name)s") % {"name": user["UserName"]},
        trail=[(_("Users"), address("users")), (user["UserName"], address("user", here))],
        secret="Password",
        csv_url=address("user-password-csv", here, handoff_id),
        after_url=address("user-security-credentials", here),
        lost=_("If it is lost, reset the password again."),
        sheet_url=address("user-password-sheet", here, handoff_id),
    )


@require_safe
@of_user
def password_sheet(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    back = address("user-password-done", segment(user), handoff_id)
    return secrets_once.sheet(request, handoff_id, back)


@require_safe
@of_user
def password_csv(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    return secrets_once.csv_file(request, handoff_id, f"{user['UserName']}_credentials.csv")


@of_user
def password_disable(request: Request, user: t.UserTypeDef) -> HttpResponse:
    form = ConfirmForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _disable(request, user))):
        return done
    return page(request, user, "password_disable.html", form=form)


def _disable(request: Request, user: t.UserTypeDef) -> HttpResponse:
    request.iam.delete_login_profile(UserName=user["UserName"])
    messages.success(
        request, _("Console access of %(name)s was disabled.") % {"name": user["UserName"]}
    )
    return see_other("user-security-credentials", segment(user))


# --- MFA devices -----------------------------------------------------------------------------


@of_user
def mfa_remove(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """Remove the device `?serial=`; the last one takes a typed confirmation."""
    devices = request.iam.list_mfa_devices(UserName=user["UserName"])["MFADevices"]
    serial = request.GET.get("serial", "")
    if serial not in (device["SerialNumber"] for device in devices):
        raise NoSuchEntity(_("This user has no such MFA device."))
    expected = user["UserName"] if len(devices) == 1 else ""
    form = ConfirmForm(request.POST or None, expected=expected)
    if form.is_valid() and (
        done := send(request, form, lambda: _remove_device(request, user, serial))
    ):
        return done
    return page(request, user, "mfa_remove.html", form=form, serial=serial)


def _remove_device(request: Request, user: t.UserTypeDef, serial: str) -> HttpResponse:
    remove_device(request, user["UserName"], serial)
    messages.success(request, _("The MFA device was removed."))
    return see_other("user-security-credentials", segment(user))


def remove_device(request: Request, name: str, serial: str) -> None:
    """Deactivate and delete: a device that belongs to nobody would only keep its name taken."""
    request.iam.deactivate_mfa_device(UserName=name, SerialNumber=serial)
    if ":mfa/" in serial:  # a passkey or security key is gone already
        request.iam.delete_virtual_mfa_device(SerialNumber=serial)
