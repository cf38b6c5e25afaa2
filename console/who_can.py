"""The answers to *Who can…?* in words, for the page and for the file that a job writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.names import user_segment
from console.responses import address
from identity.models import Account, User
from identity.who_can import By, Way

AT_ONCE = 500
"""Users and roles that are asked while a page waits; more are the work of a job."""

COLUMNS = ("Kind", "Name", "ARN", "How", "Through", "Policy", "With MFA only")


@dataclass(frozen=True, slots=True)
class Answer:
    name: str
    kind: str
    url: str
    arn: str
    how: str
    policy: str
    with_mfa: bool


def is_large(account: Account) -> bool:
    return account.user_count + account.role_count > AT_ONCE


def answers(ways: Iterable[Way]) -> list[Answer]:
    return [
        Answer(
            way.who.name,
            _("User") if isinstance(way.who, User) else _("Role"),
            address(
                "user-permissions" if isinstance(way.who, User) else "role-permissions",
                user_segment(way.who.name, way.who.unique_id),
            ),
            way.who.arn,
            _how(way),
            way.policy.rpartition("/")[2],
            way.with_mfa,
        )
        for way in ways
    ]


def _how(way: Way) -> str:
    through = ", ".join(way.through)
    if way.by is By.GROUP:
        return _("By group %(name)s") % {"name": through}
    if way.by is By.CHAIN:
        return _("By assuming %(roles)s") % {"roles": " → ".join(way.through)}
    if way.by is By.PASS:
        told = {"role": through, "service": way.service}
        return _("By passing role %(role)s to %(service)s") % told
    return _("Directly")


def line(way: Way) -> list[str]:
    """For the file, in English and exact."""
    return [
        "User" if isinstance(way.who, User) else "Role",
        *(way.who.name, way.who.arn, way.by.value, " ".join(way.through), way.policy),
        "true" if way.with_mfa else "false",
    ]
