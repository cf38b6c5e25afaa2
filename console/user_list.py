"""The rows of the users page: a fixed number of queries, whatever the page and the account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.http import Request
from console.names import user_segment
from console.permissions import Rights
from console.user_summary import Access, access_of
from identity.errors import AwsError
from identity.models import User
from identity.models.user import UserQuerySet, folded

_NAME_START = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
_KEY_ID = re.compile(r"AKIA[A-Z2-7]{16}")
_UNIQUE_ID = re.compile(r"AIDA[A-Z2-7]{17}")
_ARN = re.compile(r"arn:aws:iam::(\d{12}):user(/(?:[!-~]*/)?)([!-.0-~]+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One user; None in a column that the caller may not read."""

    user: User
    segment: str
    access: Access | None
    mfa: str | None
    key_created: datetime | None
    keys_readable: bool
    last_activity: datetime | None


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


def with_columns(users: UserQuerySet) -> UserQuerySet:
    """Everything that `rows` looks at: one query for the users, one each for keys and devices."""
    return users.select_related("login_profile").prefetch_related("access_keys", "mfa_devices")


def rows(users: list[User], rights: Rights, max_age: int | None) -> list[Row]:
    """The users as the caller may see them; each column needs the right of its own action.

    `max_age` is how many days a password of the account lasts.
    """
    return [_row(user, rights, max_age) for user in users]


def _row(user: User, rights: Rights, max_age: int | None) -> Row:
    keys_readable = rights.allow("iam:ListAccessKeys", user.arn)
    keys = list(user.access_keys.all()) if keys_readable else []
    used = [key.last_used_at for key in keys] + [user.password_last_used_at]
    return Row(
        user=user,
        segment=user_segment(user.name, user.unique_id),
        access=access_of(user, max_age) if rights.allow("iam:GetLoginProfile", user.arn) else None,
        mfa=_mfa(user) if rights.allow("iam:ListMFADevices", user.arn) else None,
        key_created=min((key.created_at for key in keys if key.active), default=None),
        keys_readable=keys_readable,
        last_activity=max((moment for moment in used if moment), default=None),
    )


def _mfa(user: User) -> str:
    count = len(user.mfa_devices.all())
    return ngettext("%d\u00a0app", "%d\u00a0apps", count) % count if count else _("None")
