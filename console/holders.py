"""Who holds policies: users, groups and roles, whose pages about policies are the same ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from console import former_names, kinds
from console.forms.base import first_result
from console.http import Request
from console.names import MARK, user_segment
from console.near_names import NothingNamed
from console.permissions import Denied, Rights
from console.user_summary import row_of
from console.views.errors import deleted_by
from console.views.user_pages import of_user
from identity import arns, quotas
from identity.calls import no_such_user
from identity.models import Group, Role, User

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@dataclass(frozen=True, slots=True)
class Kind:
    """`word` stands in ARNs and names of pages, `api` in names of actions: `AttachUserPolicy`."""

    word: str
    plural: str
    api: str
    label: str | Promise
    heading: str | Promise
    inline_limit: int
    bounded: bool = True

    def __str__(self) -> str:
        return self.word


USER = Kind(
    "user", "users", "User", gettext_lazy("User"), gettext_lazy("Users"), quotas.USER_POLICY_SIZE
)
GROUP = Kind(
    "group",
    "groups",
    "Group",
    gettext_lazy("User group"),
    gettext_lazy("User groups"),
    quotas.GROUP_POLICY_SIZE,
    bounded=False,
)
ROLE = Kind(
    "role", "roles", "Role", gettext_lazy("Role"), gettext_lazy("Roles"), quotas.ROLE_POLICY_SIZE
)
KINDS = {kind.word: kind for kind in (USER, GROUP, ROLE)}


@dataclass(frozen=True, slots=True)
class Holder:
    """One user, group or role, with the rights of who looks at it."""

    kind: Kind
    row: User | Group | Role
    rights: Rights

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def arn(self) -> str:
        return self.row.arn

    @property
    def segment(self) -> str:
        return user_segment(self.row.name, self.row.unique_id)

    @property
    def denied(self) -> Denied:
        return self.rights.denied(self.arn)

    def url(self, page: str, *more: str) -> str:
        """The path of a page of this holder: `policy-attach`, `permissions`."""
        return reverse(f"{self.kind.word}-{page}", args=[self.segment, *more])

    def call(self, request: Request, verb: str, **params: str) -> Any:
        """`attach_%s_policy` of the API, for this holder."""
        named = {f"{self.kind.api}Name": self.name, **params}
        return getattr(request.iam, verb % self.kind.word)(**named)


def of_holder(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the user, group or role that the address names, for who may see it.

    Raises NoSuchEntity and AccessDenied.
    """

    def with_user(request: Request, user: t.UserTypeDef, **more: str) -> HttpResponse:
        return view(request, user_holder(request, user), **more)

    of_a_user = of_user(with_user)

    @wraps(view)
    def found(request: Request, kind: Kind, name: str, **more: str) -> HttpResponse:
        if kind is USER:
            return of_a_user(request, name=name, **more)
        holder = find(request, kind, name)
        if holder is None:
            if answer := _of_former_holder(request, kind, name):
                return answer
            raise NothingNamed(kind.word, name)
        if request.method in ("GET", "HEAD") and name != holder.segment and name[0] != MARK:
            return moved(request, holder.segment)
        return view(request, holder, **more)

    return found


def _of_former_holder(request: Request, kind: Kind, name: str) -> HttpResponse | None:
    """What is said of a name that nothing has, as of a user's."""
    if request.method == "POST":
        return first_result(request)
    known = kinds.BY_WORD[kind.word]
    renamed = former_names.renamed_to(request, known, name) if kind is GROUP else None
    if renamed and (holder := find(request, kind, renamed.name)):  # refuses who may not see it
        return moved(request, holder.segment)
    return deleted_by(request, known, name)


def user_holder(request: Request, user: t.UserTypeDef) -> Holder:
    """The row of a user whom GetUser has told."""
    row = row_of(request, user["UserName"])
    if row is None:
        raise no_such_user(user["UserName"])
    return Holder(USER, row, Rights(request))


def find(request: Request, kind: Kind, name: str) -> Holder | None:
    """The group or role of this name, or unique ID (`~AGPA…`). Raises AccessDenied."""
    rights = Rights(request)
    row = _row(request, kind, name)
    arn = row.arn if row else arns.iam(request.caller.account_id, kind.word, name)
    rights.require(f"Get{kind.api}", arn, **{f"{kind.api}Name": row.name if row else name})
    return Holder(kind, row, rights) if row else None


def _row(request: Request, kind: Kind, name: str) -> Group | Role | None:
    account = request.caller.account
    rows: Any = (
        Group.objects.filter(account=account)
        if kind is GROUP
        else Role.objects.filter(account=account).select_related("boundary")
    )
    by_id = rows.filter(unique_id=name.removeprefix(MARK))
    found: Group | Role | None = (by_id if name.startswith(MARK) else rows.named(name)).first()
    return found


def moved(request: Request, name: str) -> HttpResponse:
    """301 to the same page under the holder's own name."""
    assert request.resolver_match is not None
    kwargs = {**request.resolver_match.kwargs, "name": name}
    here = reverse(request.resolver_match.view_name, kwargs=kwargs)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(here + (f"?{query}" if query else ""))
