"""Deleting a user with all that hangs on it: one transaction, each part its own API call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import holder_permissions, other_credentials
from console.forms.base import send
from console.forms.users import ConfirmForm
from console.holders import user_holder
from console.http import Request
from console.permissions import Reading, Rights, reading
from console.responses import see_other
from console.user_summary import summary
from console.views.user_credentials import has_console_access, remove_device
from console.views.user_pages import of_user, page

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@of_user
def delete(request: Request, user: t.UserTypeDef) -> HttpResponse:
    """The consequences, counted; then the name typed. Nobody deletes themselves."""
    name = user["UserName"]
    if user["UserId"] == request.caller.user_id:
        return page(request, user, "delete_self.html")
    form = ConfirmForm(request.POST or None, expected=name)
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, user))):
        return done
    return page(
        request,
        user,
        "delete.html",
        form=form,
        credentials=summary(request, name, Rights(request)),
        policies=reading(lambda: policy_names(request, name)),
        attached=_attached_names(request, user),
        groups=reading(lambda: _groups(request, name)),
        others=other_credentials.held_by(request, name),
    )


def _attached_names(request: Request, user: t.UserTypeDef) -> Reading[list[str]]:
    """From the rows, whose policies come with them."""
    found = holder_permissions.attached(user_holder(request, user))
    return Reading([row.name for row in found.value or []], found.notice)


def policy_names(request: Request, user_name: str) -> list[str]:
    """All of them: their total size is limited, so there are at most a few dozen."""
    pages = request.iam.list_user_policies(UserName=user_name)
    names = list(pages["PolicyNames"])
    while pages["IsTruncated"]:
        pages = request.iam.list_user_policies(UserName=user_name, Marker=pages["Marker"])
        names += pages["PolicyNames"]
    return names


def _attached(request: Request, name: str) -> list[t.AttachedPolicyTypeDef]:
    """All of them: their quota is below the size of a page."""
    return request.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]


def _groups(request: Request, name: str) -> list[t.GroupTypeDef]:
    return request.iam.list_groups_for_user(UserName=name)["Groups"]


def _delete(request: Request, user: t.UserTypeDef) -> HttpResponse:
    delete_with_all(request, user)
    messages.success(request, _("User %(name)s was deleted.") % {"name": user["UserName"]})
    return see_other("users")


def delete_with_all(request: Request, user: t.UserTypeDef) -> None:
    """What hangs on the user first, each part by its own call, and then the user."""
    name = user["UserName"]
    if has_console_access(request, user):
        request.iam.delete_login_profile(UserName=name)
    for key in request.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        request.iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for device in request.iam.list_mfa_devices(UserName=name)["MFADevices"]:
        remove_device(request, name, device["SerialNumber"])
    other_credentials.delete_all(request, name)
    for attached in _attached(request, name):
        request.iam.detach_user_policy(UserName=name, PolicyArn=attached["PolicyArn"])
    for group in _groups(request, name):
        request.iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
    for policy in policy_names(request, name):
        request.iam.delete_user_policy(UserName=name, PolicyName=policy)
    request.iam.delete_user(UserName=name)
