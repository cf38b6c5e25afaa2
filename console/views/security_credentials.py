"""My security credentials: what the signed-in person signs in with, and the own access keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import handoff, key_descriptions, mfa_required, responses, user_summary
from console.forms.base import Form, first_result, send
from console.forms.keys import KeyForm
from console.forms.security_credentials import RootKeyForm
from console.forms.users import ConfirmForm
from console.http import Request
from console.names import sign_in_url
from console.permissions import Rights, reading
from console.responses import address, see_other
from console.views import secrets_once
from console.views.user_keys import KEYS
from identity import arns, authorization, enrolment, mfa, passwords, recovery
from identity.callers import Kind
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam.literals import StatusTypeType


@require_safe
def me(request: Request) -> HttpResponse:
    return _page(request, "me.html")


@require_safe
def mfa_devices(request: Request) -> HttpResponse:
    return _page(request, "mfa.html", mfa_missing=mfa_required.lacks_it(request.signed_in))


@require_safe
def access_keys(request: Request) -> HttpResponse:
    return _page(request, "keys.html")


def _page(request: Request, template: str, **context: Any) -> HttpResponse:
    """Each panel reads with its own action; one that is denied says so, and the rest works.

    Sessions of roles and federated users have none of the three, and are told what they are.
    """
    if request.caller.kind in (Kind.ROLE, Kind.FEDERATED):
        return responses.page(request, "console/me/session.html")
    user, rights = request.caller.user, Rights(request)
    new_device = arns.mfa(user.account_id, enrolment.free_name(user))
    return responses.page(
        request,
        f"console/me/{template}",
        sign_in_url=sign_in_url(user.account),
        password_expires=passwords.expires_at(user),
        may_change_password=may_change_password(request),
        devices=reading(lambda: _devices(request)),
        device_denied=rights.denied(new_device),
        needs_mfa=needs_mfa(request),
        codes_left=recovery.left(user),
        keys=reading(lambda: _keys(request)),
        denied=rights.denied(request.caller.arn),
        **context,
    )


def _devices(request: Request) -> list[dict[str, Any]]:
    """What the API tells of each device, with its row, which knows name and last use."""
    rows = {row.serial_number: row for row in mfa.devices_of(request.caller.user)}
    listed = request.iam.list_mfa_devices()["MFADevices"]
    return [{**device, "row": rows.get(device["SerialNumber"])} for device in listed]


def may_change_password(request: Request) -> bool:
    """Root always; an IAM user by a policy or by the account's password policy."""
    caller = request.caller
    return caller.is_root or bool(
        authorization.decision_on(caller, request.facts, "iam:ChangePassword", caller.arn)
    )


def needs_mfa(request: Request) -> bool:
    """Whether this person has a device and did not use one to sign in: devices are then locked."""
    return request.caller.mfa_at is None and request.caller.user.mfa_devices.exists()


# --- access keys -----------------------------------------------------------------------------


def _keys(request: Request) -> list[user_summary.Key]:
    found = user_summary.keys_of(request, request.iam.list_access_keys()["AccessKeyMetadata"])
    named = key_descriptions.of(request.caller.user, Rights(request))
    return [replace(key, description=named.get(key.id, "")) for key in found]


def key_create(request: Request) -> HttpResponse:
    """A root key takes an extra tick."""
    kind = RootKeyForm if request.caller.is_root else KeyForm
    form = kind(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _create(request, form))):
        return done
    denied = Rights(request).denied(request.caller.arn)
    full = request.caller.user.access_keys.count() >= KEYS
    return _form_page(request, "key_create.html", form=form, full=full, denied=denied)


def _form_page(request: Request, template: str, **context: Any) -> HttpResponse:
    return responses.page(request, f"console/me/{template}", **context)


def _create(request: Request, form: Form) -> HttpResponse:
    key = request.iam.create_access_key()["AccessKey"]
    if described := form.cleaned_data.get("description"):
        key_descriptions.write(request, request.caller.user, key["AccessKeyId"], described)
    values = {"Access key ID": key["AccessKeyId"], "Secret access key": key["SecretAccessKey"]}
    return handoff.give(request, request.caller.user_id, values, "me-key-done")


def key_done(request: Request, handoff_id: str) -> HttpResponse:
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_("Your new access key"),
        trail=[(_("My security credentials"), address("me"))],
        secret="Secret access key",
        csv_url=address("me-key-csv", handoff_id),
        after_url=address("me"),
        lost=_("If it is lost, make a new key."),
    )


@require_safe
def key_csv(request: Request, handoff_id: str) -> HttpResponse:
    """AWS's file names: `rootkey.csv`, or `bob_accessKeys.csv`."""
    caller = request.caller
    name = "rootkey.csv" if caller.is_root else f"{caller.user.name}_accessKeys.csv"
    return secrets_once.csv_file(request, handoff_id, name)


@require_POST
def key_status(request: Request, key_id: str) -> HttpResponse:
    """Activate or deactivate at once, with an Undo in the message."""
    wanted: StatusTypeType = "Active" if request.POST.get("status") == "Active" else "Inactive"
    request.iam.update_access_key(AccessKeyId=key_id, Status=wanted)
    undo = {
        "key_id": key_id,
        "active": wanted == "Active",
        "url": address("me-key-status", key_id),
    }
    messages.success(
        request, render_to_string("console/users/_key_status_message.html", undo, request)
    )
    return see_other("me")


def key_delete(request: Request, key_id: str) -> HttpResponse:
    """An active key takes its last four characters as confirmation."""
    key = next((key for key in _keys(request) if key.id == key_id), None)
    if key is None:
        if request.method == "POST" and (answer := first_result(request)):
            return answer
        raise NoSuchEntity(_("You have no such access key."))
    form = ConfirmForm(request.POST or None, expected=key_id[-4:] if key.active else "")
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, key_id))):
        return done
    denied = Rights(request).denied(request.caller.arn)
    return _form_page(request, "key_delete.html", form=form, key=key, denied=denied)


def _delete(request: Request, key_id: str) -> HttpResponse:
    request.iam.delete_access_key(AccessKeyId=key_id)
    key_descriptions.forget(request, request.caller.user, key_id)
    messages.success(request, _("Access key %(key)s was deleted.") % {"key": key_id})
    return see_other("me")
