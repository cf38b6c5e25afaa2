"""Names that may have been meant where there is none of the name that was asked for."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.http import Request
from console.names import policy_segment, user_segment
from console.permissions import Rights
from identity import arns
from identity.errors import NoSuchEntity
from identity.models import Account, Group, ManagedPolicy, Role
from identity.models.user import folded

SHOWN = 3
_BESIDE = 5
_LIKE = 0.5


@dataclass(frozen=True, slots=True)
class Kind:
    """`heading` has the name for its `%s`; `action` is the one that may list names."""

    heading: str | Promise
    page: str
    pages: str
    action: str
    rows: Callable[[Account], Any]


KINDS = {
    "user": Kind(
        _("There is no user named %s"),
        "user",
        "users",
        "iam:ListUsers",
        lambda account: account.iam_users,
    ),
    "group": Kind(
        _("There is no user group named %s"),
        "group",
        "groups",
        "iam:ListGroups",
        lambda account: Group.objects.filter(account=account),
    ),
    "role": Kind(
        _("There is no role named %s"),
        "role",
        "roles",
        "iam:ListRoles",
        lambda account: Role.objects.filter(account=account),
    ),
    "policy": Kind(
        _("There is no policy named %s"),
        "policy",
        "policies",
        "iam:ListPolicies",
        lambda account: ManagedPolicy.objects.filter(account=account),
    ),
}


class NothingNamed(NoSuchEntity):
    """A page's own NoSuchEntity: `kind` is one of KINDS."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(gettext("There is none of this name in this account."))
        self.kind, self.name = kind, name


def near(request: Request, kind: Kind, name: str) -> list[tuple[str, str]]:
    """Up to three names with their addresses; none for who may not list them all."""
    account = request.caller.account
    everything = "*" if kind.page == "policy" else arns.iam(account.id, kind.page, "")
    if not Rights(request).allow(kind.action, everything):
        return []
    found = {row.name_folded: row for row in _rows(kind.rows(account), folded(name))}
    closest = difflib.get_close_matches(folded(name), found, SHOWN, _LIKE)
    return [(found[one].name, _address(kind, found[one])) for one in closest]


def _rows(rows: Any, name: str) -> list[Any]:
    """Those before and behind it in the order of names, and those that one slip away from it has:
    look-ups by the index of names, however many there are."""
    fields = rows.only("name", "name_folded", "unique_id", "account")
    behind = fields.filter(name_folded__gt=name).order_by("name_folded")[:_BESIDE]
    before = fields.filter(name_folded__lt=name).order_by("-name_folded")[:_BESIDE]
    return [*behind, *before, *fields.filter(name_folded__in=_slips(name))]


def _slips(name: str) -> set[str]:
    """The name with one character left out, and with two neighbours the other way round."""
    spots = range(len(name))
    swapped = {name[:at] + name[at : at + 2][::-1] + name[at + 2 :] for at in spots}
    return swapped | {name[:at] + name[at + 1 :] for at in spots} - {""}


def _address(kind: Kind, row: Any) -> str:
    if kind.page == "policy":
        return reverse("policy", args=["policies", policy_segment(row.name)])
    return reverse(kind.page, args=[user_segment(row.name, row.unique_id)])
