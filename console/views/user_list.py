"""The list of users: what it is narrowed by, its columns, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import csv_files, paging, responses, tables, user_list
from console.forms.user_list import ORDERS, UserFilterForm
from console.http import Request
from console.paging import Page
from console.permissions import Rights, require
from console.user_list import Row
from identity import arns, passwords
from identity.models import User
from identity.models.user import UserQuerySet

_CHUNK = 1000


@require_safe
def user_list_page(request: Request) -> HttpResponse:
    """Filters that cannot be read are said to be wrong; they never read as an empty list."""
    everybody = arns.user(request.caller.account_id, "")
    require(request, "ListUsers", everybody)
    form = UserFilterForm(request.GET)
    text = request.GET.get("q", "").strip()
    columns = request.preferences.shown(tables.USERS)
    rights, max_age = Rights(request), passwords.rules(request.caller.account).max_age
    page: Page[User] = Page([], 1)
    if form.is_valid():
        key, then, descending = ORDERS[form.order()]
        found = user_list.with_columns(_found(request, form, max_age), columns)
        page = paging.page(request, found, key=key, then=then, descending=descending)
    return responses.page(
        request,
        "console/users/list.html",
        form=form,
        text=text,
        narrowed=bool(text) or (form.is_valid() and form.narrows),
        page=page,
        table=tables.USERS,
        columns=columns,
        rows=user_list.rows(page.rows, rights, max_age, columns),
        views=_views(request),
        query=_query(request),
        denied=rights.denied(everybody),
    )


def _found(request: Request, form: UserFilterForm, max_age: int | None) -> UserQuerySet:
    return form.narrowed(user_list.matching(request, form.cleaned_data["q"].strip()), max_age)


def _views(request: Request) -> list[dict[str, str]]:
    """Views that are often wanted, each a link that filters."""
    here = reverse("users")
    views = [
        ("", _("All")),
        ("access=on&mfa=none", _("No MFA")),
        ("keys=90", _("Keys older than 90 days")),
        ("unused=90", _("Unused 90 days")),
        ("access=never", _("Never signed in")),
    ]
    asked = {key: value for key, value in request.GET.items() if value and key not in _PLACE}
    return [
        {
            "label": label,
            "url": f"{here}?{query}" if query else here,
            "current": "page" if asked == QueryDict(query).dict() else "",
        }
        for query, label in views
    ]


_PLACE = frozenset({"after", "before", "size"})


def _query(request: Request) -> str:
    """The filter without the place in the list, for the download."""
    query = request.GET.copy()
    for name in _PLACE:
        query.pop(name, None)
    return query.urlencode()


# --- as a file -------------------------------------------------------------------------------

_HEADER = (
    *("User name", "Path", "ARN", "Unique ID", "Created", "Groups", "Console access", "MFA"),
    *("Active key age", "Last activity"),
)
_ALL = ("groups",)


@require_safe
def csv_file(request: Request) -> HttpResponseBase:
    """All that match, streamed in the order of the list; `?for=spreadsheets` for those."""
    require(request, "ListUsers", arns.user(request.caller.account_id, ""))
    form = UserFilterForm(request.GET)
    if not form.is_valid():
        return user_list_page(request)
    max_age = passwords.rules(request.caller.account).max_age
    found = user_list.with_columns(_found(request, form, max_age), _ALL)
    key, then, descending = ORDERS[form.order()]
    order = [("-" if descending else "") + one for one in (key, then) if one]
    return csv_files.streamed(
        "users.csv",
        _HEADER,
        _lines(request, found.order_by(*order), max_age),
        for_spreadsheets=request.GET.get("for") == "spreadsheets",
    )


def _lines(request: Request, found: UserQuerySet, max_age: int | None) -> Iterator[Sequence[str]]:
    rights = Rights(request)
    for user in found.iterator(chunk_size=_CHUNK):
        (row,) = user_list.rows([user], rights, max_age, _ALL)
        yield _line(row)


def _line(row: Row) -> Sequence[str]:
    user, moments = row.user, (row.user.created_at, row.key_created, row.last_activity)
    created, key_created, active = (at.isoformat() if at else "" for at in moments)
    return (
        *(user.name, user.path, user.arn, user.unique_id, created),
        " ".join(row.groups or []),
        row.access.text if row.access else "",
        (row.mfa or "").replace("\u00a0", " "),
        *(key_created, active),
    )
