"""Creates the users of a finished wizard: each part by its own call, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import copied_permissions, grants, handoff
from console.forms.create_user import ADMINISTRATOR, INLINE, WITH_PASSWORD, PermissionsForm
from console.http import Request
from console.names import user_segment
from console.responses import address, see_other
from console.views.user_credentials import credentials_of
from identity import passwords

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

Draft = dict[str, Any]


def prepared(request: Request, draft: Draft, form: PermissionsForm) -> Callable[[], HttpResponse]:
    """Draw and hash the passwords now; what is returned creates everybody in a transaction."""
    given: dict[str, str] = {}
    if draft["access"] == WITH_PASSWORD:
        account = request.caller.account
        given = {name: draft["password"] or passwords.generate(account) for name in draft["names"]}
    hashes = {password: make_password(password) for password in given.values()}

    def create() -> HttpResponse:
        with passwords.hashed_ahead(hashes):
            users = [_create(request, draft, form, name, given) for name in draft["names"]]
        if given and draft["must_change"]:
            helped = [one for one in users if grants.may_change_from_now(request, one)]
            grants.say_they_may_change(request, [one["UserName"] for one in helped])
        return _created(request, users, given)

    return create


def _create(
    request: Request, draft: Draft, form: PermissionsForm, name: str, given: dict[str, str]
) -> t.UserTypeDef:
    more: dict[str, Any] = {}
    if tags := form.cleaned_data["tags"]:
        more["Tags"] = tags
    if boundary := form.cleaned_data["boundary"]:
        more["PermissionsBoundary"] = boundary
    user = request.iam.create_user(UserName=name, Path=draft["path"], **more)["User"]
    _grant(request, name, form)
    if name in given:
        request.iam.create_login_profile(
            UserName=name, Password=given[name], PasswordResetRequired=draft["must_change"]
        )
    return user


def _grant(request: Request, name: str, form: PermissionsForm) -> None:
    chosen = form.cleaned_data["grant"]
    for group in form.cleaned_data["groups"]:
        request.iam.add_user_to_group(UserName=name, GroupName=group)
    if form.cleaned_data["copied_from"]:
        copied_permissions.copy(request, form.cleaned_data["copied_from"], name)
    attached = [grants.ADMINISTRATOR] if chosen == ADMINISTRATOR else []
    for arn in dict.fromkeys([*attached, *form.cleaned_data["arn"]]):
        request.iam.attach_user_policy(UserName=name, PolicyArn=arn)
    if chosen == INLINE:
        request.iam.put_user_policy(
            UserName=name,
            PolicyName=form.cleaned_data["policy_name"],
            PolicyDocument=form.cleaned_data["document"],
        )


def _created(request: Request, users: list[t.UserTypeDef], given: dict[str, str]) -> HttpResponse:
    """To the credentials, if there are any; else to the user, or to the list of several."""
    first = users[0]
    if given:
        values = [credentials_of(request, name, password) for name, password in given.items()]
        giver = request.caller.user_id
        return handoff.give(request, giver, values, "create-user-done", first["UserId"])
    say_created(request, [user["UserName"] for user in users], first["UserId"])
    return see_other(*after([user["UserName"] for user in users], first["UserId"]))


def after(names: list[str], first_id: str) -> tuple[str, ...]:
    """The page that comes next, as the arguments of its address."""
    if len(names) > 1:
        return ("users",)
    return ("user-permissions", user_segment(names[0] if names else "", first_id))


def say_created(request: Request, names: list[str], first_id: str) -> None:
    if len(names) > 1:
        words = ngettext(
            "%(count)d user was created: %(names)s.",
            "%(count)d users were created: %(names)s.",
            len(names),
        )
        messages.success(request, words % {"count": len(names), "names": ", ".join(names)})
        return
    message = format_html(
        '{} <a href="{}">{}</a>',
        _("User %(name)s was created.") % {"name": names[0]},
        address("user-key-create", user_segment(names[0], first_id)),
        _("Create access key"),
    )
    messages.success(request, message)
