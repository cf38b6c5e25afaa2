"""What a user can sign in with, each part read by its own action, in words for the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from console import key_descriptions
from console.http import Request
from console.permissions import Reading, Rights, Value, reading
from identity import once
from identity.models import AccessKey, User

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


@dataclass(frozen=True, slots=True)
class Key:
    """An access key; `used` is the AccessKeyLastUsed structure, or why it may not be seen."""

    id: str
    active: bool
    created: datetime
    used: Reading[dict[str, Any]]
    description: str = ""

    @property
    def last_used(self) -> datetime | None:
        return self.used.value.get("LastUsedDate") if self.used.value else None


@dataclass(frozen=True, slots=True)
class Access:
    """Console access as a status: its kind for the icon and its word."""

    kind: str
    text: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    access: Reading[Access]
    devices: Reading[list[t.MFADeviceTypeDef]]
    keys: Reading[list[Key]]


def row_of(request: Request, name: str) -> User | None:
    """The user of this name with what all its pages tell; a page that only shows reads it once."""
    account = request.caller.account
    with_it = ("boundary", "login_profile", "account__password_policy")
    users = account.iam_users.select_related(*with_it)
    return once.read(once.user(account.pk, name), users.named(name).first)


def summary(request: Request, name: str, rights: Rights) -> Summary:
    """Console access, MFA devices and access keys of one user of the caller's account.

    From the rows, since so many calls of the API would be many queries; each part is decided and
    recorded as its own read.
    """
    user = row_of(request, name)
    assert user is not None  # the page has found it
    keys = Prefetch("access_keys", AccessKey.objects.annotate(described=key_descriptions.OF_KEY))
    prefetch_related_objects([user], keys, "mfa_devices")
    policy = getattr(user.account, "password_policy", None)
    max_age = policy.max_password_age if policy else None

    def read(action: str, value: Callable[[], Value]) -> Reading[Value]:
        return rights.reading(action, user.arn, value, UserName=user.name)

    return Summary(
        access=read("GetLoginProfile", lambda: access_of(user, max_age)),
        devices=read("ListMFADevices", lambda: _devices(user)),
        keys=read("ListAccessKeys", lambda: _described(rights, user)),
    )


def _devices(user: User) -> list[t.MFADeviceTypeDef]:
    shown: Any = [device.describe() for device in user.mfa_devices.all()]
    found: list[t.MFADeviceTypeDef] = shown
    return found


def _keys(user: User) -> list[AccessKey]:
    return sorted(user.access_keys.all(), key=lambda key: (key.created_at, key.id))


def _described(rights: Rights, user: User) -> list[Key]:
    may_read = rights.allow("iam:ListUserTags", user.arn)
    return [_key(rights, user, key, _description(key) if may_read else "") for key in _keys(user)]


def _description(key: AccessKey) -> str:
    return getattr(key, "described", None) or ""


def _key(rights: Rights, user: User, key: AccessKey, description: str) -> Key:
    """With the address of the last use, which the API does not tell."""

    def last_used() -> dict[str, Any]:
        return {**key.last_used(), "Address": key.last_used_from}

    used = rights.reading("GetAccessKeyLastUsed", user.arn, last_used, AccessKeyId=key.id)
    return Key(key.id, key.active, key.created_at, used, description)


def keys(request: Request, name: str) -> list[Key]:
    """The user's keys, oldest first. Raises AccessDenied."""
    return keys_of(request, request.iam.list_access_keys(UserName=name)["AccessKeyMetadata"])


def keys_of(request: Request, found: list[t.AccessKeyMetadataTypeDef]) -> list[Key]:
    """Listed keys with their last use, oldest first."""
    shown = [
        Key(
            id=key["AccessKeyId"],
            active=key["Status"] == "Active",
            created=key["CreateDate"],
            used=reading(_last_use(request, key["AccessKeyId"])),
        )
        for key in found
    ]
    return sorted(shown, key=lambda key: key.created)


def _last_use(request: Request, key_id: str) -> Callable[[], dict[str, Any]]:
    answer = request.iam.get_access_key_last_used
    return lambda: dict(answer(AccessKeyId=key_id)["AccessKeyLastUsed"])


def access_of(user: User | None, max_age: int | None) -> Access:
    """The status of a user read with `login_profile`; passwords expire after `max_age` days."""
    if user is None or not user.has_console_password:
        return Access("off", _("Disabled"), enabled=False)
    if user.login_profile.password_reset_required:
        return Access("warn", _("Must change"))
    lasts, changed = timedelta(days=max_age or 0), user.password_changed_at
    if lasts and changed and changed + lasts <= timezone.now():
        return Access("err", _("Password expired"))
    return Access("ok", _("Enabled"))
