"""The access keys of a user: create, activate, deactivate, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import handoff, key_descriptions, user_summary
from console.forms.base import send
from console.forms.keys import KeyForm
from console.forms.users import ConfirmForm
from console.http import Request
from console.responses import address, see_other
from console.views import secrets_once
from console.views.user_pages import of_user, page, segment
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t
    from mypy_boto3_iam.literals import StatusTypeType

KEYS = 2


@of_user
def create(request: Request, user: t.UserTypeDef) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _create(request, user, form))):
        return done
    keys = user_summary.keys(request, user["UserName"])
    return page(request, user, "key_create.html", form=form, full=len(keys) >= KEYS)


def _create(request: Request, user: t.UserTypeDef, form: KeyForm) -> HttpResponse:
    key = request.iam.create_access_key(UserName=user["UserName"])["AccessKey"]
    if described := form.cleaned_data["description"]:
        row = request.caller.account.iam_users.get(unique_id=user["UserId"])
        key_descriptions.write(request, row, key["AccessKeyId"], described)
    values = {"Access key ID": key["AccessKeyId"], "Secret access key": key["SecretAccessKey"]}
    return handoff.give(request, request.caller.user_id, values, "user-key-done", segment(user))


@of_user
def create_done(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    here = segment(user)
    return secrets_once.shown(
        request,
        handoff_id,
        heading=_("Access key of %(name)s") % {"name": user["UserName"]},
        trail=[(_("Users"), address("users")), (user["UserName"], address("user", here))],
        secret="Secret access key",
        csv_url=address("user-key-csv", here, handoff_id),
        after_url=address("user-security-credentials", here),
        lost=_("If it is lost, make a new key."),
    )


@require_safe
@of_user
def create_csv(request: Request, user: t.UserTypeDef, handoff_id: str) -> HttpResponse:
    return secrets_once.csv_file(request, handoff_id, f"{user['UserName']}_accessKeys.csv")


@require_POST
@of_user
def status(request: Request, user: t.UserTypeDef, key_id: str) -> HttpResponse:
    """Activate or deactivate at once, with an Undo in the message."""
    wanted: StatusTypeType = "Active" if request.POST.get("status") == "Active" else "Inactive"
    request.iam.update_access_key(UserName=user["UserName"], AccessKeyId=key_id, Status=wanted)
    undo = {
        "key_id": key_id,
        "active": wanted == "Active",
        "url": address("user-key-status", segment(user), key_id),
    }
    message = render_to_string("console/users/_key_status_message.html", undo, request)
    messages.success(request, message)
    return see_other("user-security-credentials", segment(user))


@of_user
def delete(request: Request, user: t.UserTypeDef, key_id: str) -> HttpResponse:
    """An active key takes its last four characters as confirmation."""
    key = _key(request, user, key_id)
    form = ConfirmForm(request.POST or None, expected=key.id[-4:] if key.active else "")
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, user, key.id))):
        return done
    return page(request, user, "key_delete.html", form=form, key=key)


def _key(request: Request, user: t.UserTypeDef, key_id: str) -> user_summary.Key:
    for key in user_summary.keys(request, user["UserName"]):
        if key.id == key_id:
            return key
    raise NoSuchEntity(_("This user has no such access key."))


def _delete(request: Request, user: t.UserTypeDef, key_id: str) -> HttpResponse:
    request.iam.delete_access_key(UserName=user["UserName"], AccessKeyId=key_id)
    row = request.caller.account.iam_users.get(unique_id=user["UserId"])
    key_descriptions.forget(request, row, key_id)
    messages.success(request, _("Access key %(key)s was deleted.") % {"key": key_id})
    return see_other("user-security-credentials", segment(user))
