"""Policies of an account that name an ARN: they do not follow when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from console.holders import GROUP, ROLE, USER, Kind
from console.http import Request
from console.names import policy_address, user_segment
from console.permissions import Rights
from console.responses import address
from identity.models import GroupPolicy, ManagedPolicy, RolePolicy, UserPolicy

SHOWN = 25
MANY_USERS = 10_000
"""From so many users on their inline policies are not looked through: no index would help."""

_INLINE: tuple[tuple[Kind, Any, str], ...] = (
    (GROUP, GroupPolicy, "group"),
    (ROLE, RolePolicy, "role"),
    (USER, UserPolicy, "user"),
)


@dataclass(frozen=True, slots=True)
class Naming:
    """A policy; `holder` says whose an inline one is."""

    name: str
    url: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """`complete` says whether everything was looked through."""

    policies: list[Naming]
    complete: bool


def of(request: Request, rights: Rights, arn: str) -> Found:
    """As far as the caller may read the policies; the first so many."""
    account = request.caller.account
    few = account.user_count < MANY_USERS
    found = [*_managed(request, rights, arn), *_inline(request, rights, arn, users=few)]
    return Found(found[:SHOWN], few and len(found) <= SHOWN)


def _managed(request: Request, rights: Rights, arn: str) -> Iterator[Naming]:
    mine = ManagedPolicy.objects.filter(account=request.caller.account)
    for policy in mine.filter(default_version__document__contains=arn).order_by("name")[
        : SHOWN + 1
    ]:
        if rights.allow("iam:GetPolicyVersion", policy.arn):
            yield Naming(policy.name, policy_address("policy-permissions", policy))


def _inline(request: Request, rights: Rights, arn: str, *, users: bool) -> Iterator[Naming]:
    account = request.caller.account
    for kind, model, word in _INLINE if users else _INLINE[:2]:
        rows = model.objects.filter(**{f"{word}__account": account, "document__contains": arn})
        for row in rows.select_related(word).order_by("pk")[: SHOWN + 1]:
            holder = getattr(row, word)
            if rights.allow(f"iam:Get{kind.api}Policy", holder.arn):
                segment = user_segment(holder.name, holder.unique_id)
                url = address(f"{kind}-permissions", segment)
                yield Naming(row.name, url, f"{kind.label} {holder.name}")
