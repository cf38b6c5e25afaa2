"""What all pages of one user share: finding the user by its address, its tabs and its rights."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from console import former_names, kinds, responses
from console.forms.base import first_result
from console.http import Request
from console.names import MARK, user_segment
from console.permissions import Rights, require
from console.user_summary import row_of, summary
from console.views.errors import deleted_by
from identity import arns
from identity.calls import no_such_user
from identity.errors import NoSuchEntity

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

_TABS = {
    "permissions": "user-permissions",
    "groups": "user-groups",
    "tags": "user-tags",
    "security-credentials": "user-security-credentials",
    "last-accessed": "user-last-accessed",
    "activity": "user-activity",
}


def of_user(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the user that the address names, as GetUser tells it.

    Another spelling, and the former name for 90 days, go by 301 to the user's own. Raises
    NoSuchEntity and AccessDenied.
    """

    @wraps(view)
    def found(request: Request, name: str, **more: str) -> HttpResponse:
        try:
            user = _find(request, name)
        except NoSuchEntity:
            if answer := _of_former_user(request, name, more):
                return answer
            raise
        own = segment(user)
        if request.method in ("GET", "HEAD") and name != own and not name.startswith(MARK):
            return _moved(request, own, more)
        return view(request, user, **more)

    return found


def _moved(request: Request, name: str, more: dict[str, str]) -> HttpResponse:
    """301 to the same page under another name."""
    assert request.resolver_match is not None
    here = reverse(request.resolver_match.view_name, kwargs={"name": name, **more})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(here + (f"?{query}" if query else ""))


def _of_former_user(request: Request, name: str, more: dict[str, str]) -> HttpResponse | None:
    """What is said of a name that nobody has: its form was sent twice, or it is a former name."""
    if request.method == "POST":
        return first_result(request)
    if renamed := former_names.renamed_to(request, kinds.USER, name):
        user = _find(request, renamed.name)  # also refuses who may not see the user of that name
        return _moved(request, segment(user), more)
    return deleted_by(request, kinds.USER, name)


def _find(request: Request, name: str) -> t.UserTypeDef:
    if name.startswith(MARK):
        name = name_of(request, name.removeprefix(MARK))
    row = row_of(request, name)
    arn = row.arn if row else arns.user(request.caller.account_id, name)
    Rights(request).require("GetUser", arn, UserName=row.name if row else name)
    if row is None:
        raise no_such_user(name)
    described: Any = row.describe()
    user: t.UserTypeDef = described
    return user


def name_of(request: Request, unique_id: str) -> str:
    """The name of the account's user with this unique ID; who may not see it learns nothing."""
    user = request.caller.account.iam_users.filter(unique_id=unique_id).first()
    if user is None or not Rights(request).allow("iam:GetUser", user.arn):
        require(request, "GetUser", arns.user(request.caller.account_id, unique_id))
        raise no_such_user(unique_id)
    return user.name


def segment(user: t.UserTypeDef) -> str:
    """The user's name as it stands in addresses."""
    return user_segment(user["UserName"], user["UserId"])


def page(
    request: Request, user: t.UserTypeDef, template: str, tab: str = "", **context: Any
) -> HttpResponse:
    """A page of this user; `tab` is the key of the current one, "" for pages without tabs.

    Tabs stand under a summary of what the user can sign in with, `credentials`.
    """
    rights = Rights(request)
    shared = {
        "user": user,
        "segment": segment(user),
        "denied": rights.denied(user["Arn"]),
        "last_sign_in": user.get("PasswordLastUsed"),
        "tab": tab,
        "tabs": _tabs(segment(user)) if tab else [],
    }
    if tab:
        shared["credentials"] = summary(request, user["UserName"], rights)
    return responses.page(request, f"console/users/{template}", **shared | context)


def _tabs(name: str) -> list[dict[str, str]]:
    labels = {
        "permissions": _("Permissions"),
        "groups": _("Groups"),
        "tags": _("Tags"),
        "security-credentials": _("Security credentials"),
        "last-accessed": _("Last accessed"),
        "activity": _("Activity"),
    }
    return [
        {"key": key, "label": labels[key], "url": reverse(url_name, args=[name])}
        for key, url_name in _TABS.items()
    ]
