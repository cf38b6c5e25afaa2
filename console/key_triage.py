"""Every active key of the account: its age, its last use, what was used of what it may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from console.names import user_segment
from console.permissions import Rights
from console.responses import address
from identity.catalogue import catalogue
from identity.models import AccessKey, Account, LastAccess, UserTag, granted
from identity.models.permissions import Granted, Holder
from identity.policy import granting, load

OLD = UNUSED = timedelta(days=90)
WATCHED = timedelta(days=90)
_MANY, _SHARE = 10, 4
"""A user who may use more than so many services and used less than a fourth may do too much."""

VIEWS: Mapping[str, tuple[str, str]] = {
    "age": ("created_at", "id"),
    "unused": ("last_used_at", "id"),
    "never": ("created_at", "id"),
    "rotating": ("created_at", "id"),
}


@dataclass(frozen=True, slots=True)
class Advice:
    """`kind` is that of the status icon; `url` leads to where the advice is followed."""

    kind: str
    text: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`allowed` and `used` count services; None where they may not be read, or are root's: all."""

    key: AccessKey
    owner_url: str
    description: str
    used: int | None
    allowed: int | None
    rotate_url: str
    advice: Advice


def listed(account: Account, view: str) -> QuerySet[AccessKey]:
    keys = AccessKey.objects.filter(account=account, active=True).select_related("user__account")
    if view == "unused":
        return keys.filter(last_used_at__isnull=False)
    if view == "never":
        return keys.filter(last_used_at=None)
    return keys.filter(rotation__isnull=False) if view == "rotating" else keys


def rows(keys: list[AccessKey], rights: Rights) -> list[Row]:
    """The same number of queries whatever the page holds."""
    users = [key.user_id for key in keys]
    documents, used = granted.of_users(users), _used([key.user.unique_id for key in keys])
    tags = UserTag.objects.filter(user__in=users, key__in=[key.id for key in keys])
    named = {tag.key: tag.value for tag in tags}
    return [
        _row(
            key,
            rights,
            named.get(key.id, ""),
            len(_services(_texts(documents.get(key.user_id, [])))),
            used.get(key.user.unique_id, 0),
        )
        for key in keys
    ]


def _row(key: AccessKey, rights: Rights, description: str, allowed: int, used: int) -> Row:
    user = key.user
    segment = user_segment(user.name, user.unique_id)
    readable = not user.is_root and rights.allow("iam:GenerateServiceLastAccessedDetails", user.arn)
    return Row(
        key=key,
        owner_url="" if user.is_root else address("user-security-credentials", segment),
        description=description if rights.allow("iam:ListUserTags", user.arn) else "",
        used=used if readable else None,
        allowed=allowed if readable else None,
        rotate_url="" if user.is_root else address("user-key-rotate", segment, key.id),
        advice=_advice(key, segment, allowed if readable else 0, used),
    )


def _advice(key: AccessKey, segment: str, allowed: int, used: int) -> Advice:
    """The most pressing thing; a key of the day is left alone."""
    now, last = timezone.now(), key.last_used_at
    if key.user.is_root:
        return Advice("err", _("A key of root can do everything. Delete it."))
    rotate = (_("Rotate"), address("user-key-rotate", segment, key.id))
    delete = (_("Delete"), address("user-key-delete", segment, key.id))
    if last is None and now - key.created_at > UNUSED:
        return Advice("err", _("Never used. Delete it."), *delete)
    if last is not None and now - last > UNUSED:
        return Advice("warn", _("Not used for 90 days. Delete it."), *delete)
    if now - key.created_at > OLD:
        return Advice("warn", _("Older than 90 days. Rotate it."), *rotate)
    if last is not None and allowed > _MANY and used * _SHARE < allowed:
        smaller = address("create-policy", **{"from": f"user:{segment}"})
        return Advice("info", _("May do far more than it does."), _("Make it smaller"), smaller)
    return Advice("ok", _("Nothing to do"))


def _texts(found: Iterable[Granted]) -> tuple[str, ...]:
    """A boundary grants nothing."""
    return tuple(sorted({one.document for one in found if one.holder is not Holder.BOUNDARY}))


@lru_cache(maxsize=512)
def _services(texts: tuple[str, ...]) -> frozenset[str]:
    """The services that documents grant, told by their texts: the same ones are on many rows."""
    return frozenset(granting.actions([load(text) for text in texts], catalogue()))


def _used(principals: Iterable[str]) -> dict[str, int]:
    since = timezone.now() - WATCHED
    found = LastAccess.objects.filter(principal__in=list(principals), time__gte=since)
    counted: dict[str, int] = {}
    for principal, _service in found.values_list("principal", "service").distinct():
        counted[principal] = counted.get(principal, 0) + 1
    return counted
