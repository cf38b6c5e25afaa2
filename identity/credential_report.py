"""The credential report: one line for root and for each user, in one pass over the account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from identity import arns, passwords
from identity.models import Account, SigningCertificate, User, VirtualMfaDevice
from identity.models.user import UserQuerySet, folded
from identity.wire.spec import timestamp

COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)

_NONE = "N/A"
_NEVER = "no_information"
_ROOT = "not_supported"
_NO_PASSWORD = ("false", _NONE, _NONE, _NONE)
_NO_KEY = ("false", _NONE, _NONE, _NONE, _NONE)
_NO_CERTIFICATE = ("false", _NONE)
_AT_ONCE = 5000

Line = tuple[str, ...]

_OF_USER = (
    *("pk", "is_root", "name", "path", "created_at", "login_profile"),
    *("password_last_used_at", "password_changed_at", "has_mfa"),
)
_OF_KEY = ("active", "status_changed_at", "last_used_at", "last_used_region", "last_used_service")


def content(account: Account) -> bytes:
    """The report as CSV, root first and then the users by name; no line feed ends the last line."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for lines in batches(account):
        table.writerows(lines)
    return written.getvalue().removesuffix("\n").encode()


def batches(account: Account, size: int = _AT_ONCE) -> Iterator[list[Line]]:
    """The lines of root, then those of so many users at a time, found by an index."""
    max_age = passwords.rules(account).max_age
    everybody = _with_credentials(User.objects.filter(account=account))
    yield _lines(everybody.filter(is_root=True), max_age)
    users = everybody.filter(is_root=False).order_by("name_folded")
    lines = _lines(users[:size], max_age)
    yield lines
    while len(lines) == size:
        lines = _lines(users.filter(name_folded__gt=folded(lines[-1][0]))[:size], max_age)
        yield lines


def _lines(users: QuerySet[Any, Any], max_age: int | None) -> list[Line]:
    rows = list(users)
    certificates = _certificates([row[0] for row in rows])
    return [_line(row, certificates.get(row[0], ()), max_age) for row in rows]


def _line(row: Any, certificates: Iterable[Line], max_age: int | None) -> Line:
    user, first_key, second_key = row[: len(_OF_USER)], row[-11:-6], row[-6:-1]
    _pk, is_root, name, path, created_at, profile, used, changed, has_mfa = user
    account_id = row[-1]
    first, second = (*certificates, _NO_CERTIFICATE, _NO_CERTIFICATE)[:2]
    return (
        "<root_account>" if is_root else name,
        arns.root(account_id) if is_root else arns.user(account_id, name, path),
        timestamp(created_at),
        *(_root_password(used) if is_root else _password(profile, used, changed, max_age)),
        _boolean(has_mfa),
        *_key(*first_key),
        *_key(*second_key),
        *first,
        *second,
    )


def _with_credentials(users: UserQuerySet) -> QuerySet[User, tuple[Any, ...]]:
    """Each user with both access keys in one query."""
    device = VirtualMfaDevice.objects.filter(user=OuterRef("pk"))
    joined = users.annotate(
        first=FilteredRelation("access_keys", condition=Q(access_keys__slot=1)),
        second=FilteredRelation("access_keys", condition=Q(access_keys__slot=2)),
        has_mfa=Exists(device),
    )
    keys = (f"{slot}__{column}" for slot in ("first", "second") for column in _OF_KEY)
    return joined.values_list(*_OF_USER, *keys, "account_id")


def _certificates(users: list[int]) -> dict[int, list[Line]]:
    """By user: whether each signing certificate is active, and when it was made or changed."""
    found: dict[int, list[Line]] = {}
    rows = SigningCertificate.objects.filter(user__in=users).order_by("uploaded_at", "pk")
    for user, active, changed in rows.values_list("user", "active", "status_changed_at"):
        found.setdefault(user, []).append((_boolean(active), timestamp(changed)))
    return found


def _root_password(last_used: datetime | None) -> tuple[str, ...]:
    return _ROOT, _moment(last_used, _NEVER), _ROOT, _ROOT


def _password(
    profile: int | None, last_used: datetime | None, changed: datetime | None, max_age: int | None
) -> tuple[str, ...]:
    """Whether enabled, last used, last changed, and when the account's policy wants a new one."""
    if profile is None:
        return _NO_PASSWORD
    due = changed + timedelta(days=max_age) if changed and max_age else None
    return "true", _moment(last_used, _NEVER), _moment(changed), _moment(due)


def _key(
    active: bool | None,
    rotated: datetime,
    last_used: datetime | None,
    region: str,
    service: str,
) -> tuple[str, ...]:
    if active is None:
        return _NO_KEY
    return _boolean(active), timestamp(rotated), _moment(last_used), region, service


def _moment(moment: datetime | None, otherwise: str = _NONE) -> str:
    return timestamp(moment) if moment else otherwise


def _boolean(value: bool) -> str:
    return "true" if value else "false"
