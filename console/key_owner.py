"""Whose access keys a page is about: one's own, or those of a user; the pages are the same ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.forms.base import first_result
from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.responses import address
from console.views.user_pages import of_user
from identity.errors import NoSuchEntity
from identity.models import AccessKey, User

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

MOST = 2


@dataclass(frozen=True, slots=True)
class Owner:
    """`mine` are the pages under `/me`, whose calls name nobody, as root has no name."""

    user: User
    mine: bool

    @property
    def named(self) -> dict[str, str]:
        return {} if self.mine else {"UserName": self.user.name}

    @property
    def segment(self) -> str:
        return user_segment(self.user.name, self.user.unique_id)

    @property
    def shown(self) -> str:
        return self.user.name or "root"

    def url(self, page: str, *more: str) -> str:
        """The path of a page of this owner's keys: `rotate`, `delete`."""
        if self.mine:
            return address(f"me-key-{page}", *more)
        return address(f"user-key-{page}", self.segment, *more)

    @property
    def home_url(self) -> str:
        return address("me") if self.mine else address("user-security-credentials", self.segment)

    def keys(self, request: Request) -> list[AccessKey]:
        """All keys, oldest first. Raises AccessDenied."""
        Rights(request).require("ListAccessKeys", self.user.arn, **self.named)
        return list(self.user.access_keys.order_by("created_at", "id"))

    def key(self, request: Request, key_id: str) -> AccessKey:
        """Raises NoSuchEntity for a key that is none of this owner's."""
        for key in self.keys(request):
            if key.id == key_id:
                return key
        raise NoSuchEntity(_("This user has no such access key."))


View = Callable[..., HttpResponse]


def of_somebody(view: View) -> View:
    """The page for the user whom the address names."""

    def named(request: Request, user: t.UserTypeDef, **more: str) -> HttpResponse:
        row = request.caller.account.iam_users.get(unique_id=user["UserId"])
        return _answer(view, request, Owner(row, mine=False), more)

    return of_user(named)


def of_oneself(view: View) -> View:
    """The page under `/me`. Raises ValidationError for sessions, who have no keys."""

    @wraps(view)
    def own(request: Request, **more: str) -> HttpResponse:
        return _answer(view, request, Owner(request.caller.user, mine=True), more)

    return own


def _answer(view: View, request: Request, owner: Owner, more: dict[str, str]) -> HttpResponse:
    """A form that was sent twice leads to its first result, also when the key is gone since."""
    try:
        return view(request, owner, **more)
    except NoSuchEntity:
        if request.method == "POST" and (answer := first_result(request)):
            return answer
        raise
