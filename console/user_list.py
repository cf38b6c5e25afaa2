"""The rows of the users page: a fixed number of queries, whatever the page and the account."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.user_summary import Access, access_of
from identity.errors import AwsError
from identity.models import AccessKey, Membership, User, UserTag
from identity.models.user import UserQuerySet, folded

_NAME_START = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
_KEY_ID = re.compile(r"AKIA[A-Z2-7]{16}")
_UNIQUE_ID = re.compile(r"AIDA[A-Z2-7]{17}")
_ARN = re.compile(r"arn:aws:iam::(\d{12}):user(/(?:[!-~]*/)?)([!-.0-~]+)")


GROUPS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One user; None in a column that the caller may not read."""

    user: User
    segment: str
    access: Access | None
    mfa: str | None
    keys: list[AccessKey] | None
    groups: list[str] | None
    tags: list[UserTag] | None

    @property
    def key_created(self) -> datetime | None:
        return min((key.created_at for key in self.keys or [] if key.active), default=None)

    @property
    def key_used(self) -> datetime | None:
        used = (key.last_used_at for key in self.keys or [] if key.last_used_at)
        return max(used, default=None)

    @property
    def last_activity(self) -> datetime | None:
        moments = (self.key_used, self.user.password_last_used_at)
        return max((moment for moment in moments if moment), default=None)

    @property
    def first_groups(self) -> list[str]:
        return (self.groups or [])[:GROUPS_SHOWN]

    @property
    def more_groups(self) -> int:
        return max(0, len(self.groups or []) - GROUPS_SHOWN)


def matching(request: Request, text: str) -> UserQuerySet:
    """The account's users whose name begins with `text`, or the one with this key, ID or ARN."""
    users = request.caller.account.iam_users
    if not text:
        return users
    if _UNIQUE_ID.fullmatch(text):
        return users.filter(unique_id=text)
    if is_arn(text):
        return with_arn(request, text)
    if owner := _owner(request, text):
        return users.named(owner)
    start = users.filter(name_folded__under=folded(text))
    return start if _NAME_START.fullmatch(text) else users.none()


def is_arn(text: str) -> bool:
    """Whether this is the form of a user's ARN, in whichever account."""
    return _ARN.fullmatch(text) is not None


def with_arn(request: Request, text: str) -> UserQuerySet:
    """The account's user with this ARN, in any spelling of the name; none for another text."""
    users = request.caller.account.iam_users
    if (arn := _ARN.fullmatch(text)) is None:
        return users.none()
    account_id, path, name = arn.groups()
    return users.named(name).filter(account_id=account_id, path=path)


def _owner(request: Request, text: str) -> str:
    """The user whose access key this is; "" when it is none, or none that the caller may see."""
    if not _KEY_ID.fullmatch(text):
        return ""
    try:
        return request.iam.get_access_key_last_used(AccessKeyId=text).get("UserName", "")
    except AwsError:
        return ""


def with_columns(users: UserQuerySet, columns: Container[str]) -> UserQuerySet:
    """Everything that `rows` looks at: one query for the users, one for each related column."""
    memberships = Membership.objects.select_related("group").order_by("group__name_folded")
    related: list[str | Prefetch[Any]] = ["access_keys", "mfa_devices"]
    if "groups" in columns:
        related.append(Prefetch("memberships", memberships))
    if "tags" in columns:
        related.append("tags")
    return users.select_related("login_profile", "boundary").prefetch_related(*related)


def rows(
    users: Iterable[User], rights: Rights, max_age: int | None, columns: Container[str]
) -> list[Row]:
    """The users as the caller may see them; each column needs the right of its own action.

    `max_age` is how many days a password of the account lasts.
    """
    return [_row(user, rights, max_age, columns) for user in users]


def _row(user: User, rights: Rights, max_age: int | None, columns: Container[str]) -> Row:
    def may(action: str) -> bool:
        return rights.allow(f"iam:{action}", user.arn)

    groups = "groups" in columns and may("ListGroupsForUser")
    return Row(
        user=user,
        segment=user_segment(user.name, user.unique_id),
        access=access_of(user, max_age) if may("GetLoginProfile") else None,
        mfa=_mfa(user) if may("ListMFADevices") else None,
        keys=list(user.access_keys.all()) if may("ListAccessKeys") else None,
        groups=[one.group.name for one in user.memberships.all()] if groups else None,
        tags=list(user.tags.all()) if "tags" in columns and may("ListUserTags") else None,
    )


def _mfa(user: User) -> str:
    count = len(user.mfa_devices.all())
    words = ngettext("%d app", "%d apps", count) % count if count else _("None")
    return words.replace(" ", "\u00a0")
