"""Several users at once: into groups, a new password due, keys off, deleted; and how each went.

The users that were ticked are kept as a draft, so that every step has an address of its own. Each
user is changed by its own calls: one that is refused does not hold up the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from console import drafts, responses
from console.forms.attachments import PickGroupsForm
from console.forms.base import Form, send
from console.forms.users import ConfirmForm
from console.grants import let_change_own_password
from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.responses import see_other
from console.views import errors
from console.views.delete_user import delete_with_all
from identity import arns
from identity.errors import AwsError
from identity.models import Group, User

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

MOST = 100
_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Change:
    """`act` changes one user; `chosen` are the groups, for the change that needs some."""

    title: Any
    button: Any
    right: str
    act: Callable[[Request, t.UserTypeDef, list[str]], None]
    typed: bool = False


def _join(request: Request, user: t.UserTypeDef, chosen: list[str]) -> None:
    for group in chosen:
        request.iam.add_user_to_group(GroupName=group, UserName=user["UserName"])


def _require_new_password(request: Request, user: t.UserTypeDef, chosen: list[str]) -> None:
    request.iam.update_login_profile(UserName=user["UserName"], PasswordResetRequired=True)
    let_change_own_password(request, user)


def _deactivate_keys(request: Request, user: t.UserTypeDef, chosen: list[str]) -> None:
    name = user["UserName"]
    for key in request.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        request.iam.update_access_key(
            UserName=name, AccessKeyId=key["AccessKeyId"], Status="Inactive"
        )


def _delete(request: Request, user: t.UserTypeDef, chosen: list[str]) -> None:
    if user["UserId"] == request.caller.user_id:
        raise _RefusedError(_("You cannot delete yourself."))
    delete_with_all(request, user)


class _RefusedError(Exception):
    """What the console itself does not do to a user; the text says why."""


CHANGES: Mapping[str, Change] = {
    "groups": Change(
        gettext_lazy("Add users to groups"),
        gettext_lazy("Add to groups"),
        "AddUserToGroup",
        _join,
    ),
    "password": Change(
        gettext_lazy("Require a new password"),
        gettext_lazy("Require new password"),
        "UpdateLoginProfile",
        _require_new_password,
    ),
    "keys": Change(
        gettext_lazy("Deactivate access keys"),
        gettext_lazy("Deactivate keys"),
        "UpdateAccessKey",
        _deactivate_keys,
    ),
    "delete": Change(
        gettext_lazy("Delete users"),
        gettext_lazy("Delete users"),
        "DeleteUser",
        _delete,
        typed=True,
    ),
}


@require_POST
def choose(request: Request) -> HttpResponse:
    """Keep who was ticked; one user alone is deleted on the page of that user."""
    action, ids = request.POST.get("action", ""), request.POST.getlist("user")[:MOST]
    users = _users(request, ids)
    if action not in CHANGES or not users:
        messages.warning(request, _("Tick at least one user first."))
        return see_other("users")
    if action == "delete" and len(users) == 1:
        return see_other("user-delete", user_segment(users[0].name, users[0].unique_id))
    draft = drafts.keep(request, {"users": [user.unique_id for user in users]})
    return see_other("change-users-confirm", draft, action)


def _users(request: Request, ids: list[str]) -> list[User]:
    """Those of the account, by name; who may not see them all learns it from each change."""
    found = request.caller.account.iam_users.filter(unique_id__in=ids).order_by("name_folded")
    rights = Rights(request)
    return [user for user in found if rights.allow("iam:GetUser", user.arn)]


def confirm(request: Request, draft_id: str, action: str) -> HttpResponse:
    """What will be done to whom; deletions take `3 users` as confirmation."""
    draft, change = drafts.find(request, draft_id), CHANGES.get(action)
    if draft is None or change is None:
        return errors.gone(request)
    users = _users(request, draft["users"])
    form: Form
    if action == "groups":
        form = PickGroupsForm(request.POST or None)
    else:
        form = ConfirmForm(request.POST or None, expected=_count(users) if change.typed else "")
    if form.is_valid() and (
        done := send(request, form, lambda: _change(request, form, users, draft_id, action))
    ):
        return done
    return responses.page(
        request,
        "console/users/change.html",
        form=form,
        change=change,
        action=action,
        users=users,
        keys=sum(len(user.access_keys.all()) for user in users) if action == "keys" else 0,
        own_id=request.caller.user_id,
        groups=_groups(request) if action == "groups" else [],
        denied=Rights(request).denied(arns.user(request.caller.account_id, "*"))[change.right],
    )


def _count(users: list[User]) -> str:
    return ngettext("%d user", "%d users", len(users)) % len(users)


def _groups(request: Request) -> list[Group]:
    account = request.caller.account
    Rights(request).require("ListGroups", arns.iam(account.id, "group", ""))
    return list(Group.objects.filter(account=account).order_by("name_folded")[:_GROUPS])


def _change(
    request: Request, form: Form, users: list[User], draft_id: str, action: str
) -> HttpResponse:
    chosen = form.cleaned_data.get("name", [])
    results = [
        [user.unique_id, user.name, _result(request, action, user, chosen)] for user in users
    ]
    kept = {"action": action, "results": results, "users": []}
    drafts.keep(request, kept, draft_id)
    return see_other("change-users-done", draft_id)


def _result(request: Request, action: str, user: User, chosen: list[str]) -> str:
    """Why this user stays as it was, or "" when it was changed; never half of it."""
    described: Any = user.describe()
    try:
        with transaction.atomic():
            CHANGES[action].act(request, described, chosen)
    except AwsError as problem:
        return problem.message
    except _RefusedError as problem:
        return str(problem)
    return ""


@require_safe
def result(request: Request, draft_id: str) -> HttpResponse:
    """One row for each user."""
    draft = drafts.find(request, draft_id)
    if draft is None or "results" not in draft:
        return errors.gone(request)
    deleted = draft["action"] == "delete"
    rows = [
        (name, "" if deleted and not reason else user_segment(name, unique_id), reason)
        for unique_id, name, reason in draft["results"]
    ]
    return responses.page(
        request,
        "console/users/changed.html",
        change=CHANGES[draft["action"]],
        rows=rows,
        done=sum(not reason for *_names, reason in rows),
    )
