"""The change preview of the policy editor: whose recorded calls a draft would decide otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from console.explain_rights import SIMULATE, source_arn
from console.holders import Holder
from console.http import Request
from console.permissions import Reading, Rights
from console.recent_events import LOOK_UP
from console.views.policy_pages import Subject
from identity import journal, previews
from identity.models import Event, ManagedPolicy
from identity.previews import Preview

MaySee = Callable[[Event], bool]


def of(request: Request, subject: Subject, draft: str) -> Reading[Preview]:
    """Of a managed policy, for who may read the activity, of those whom they may simulate."""
    account, policy = request.caller.account, subject.policy
    journal.drain()
    return _preview(
        subject.rights,
        lambda may_see: previews.of_policy(account, policy, draft, timezone.now(), may_see),
    )


def of_inline(holder: Holder, name: str, before: str, draft: str | None) -> Reading[Preview]:
    """As `of`, of an inline policy; `before` is "" for one that is to be new, and one that is to go
    has no draft. The caller has the journal moved."""
    return _preview(
        holder.rights,
        lambda may_see: previews.of_inline(
            holder.row, name, before, draft, timezone.now(), may_see
        ),
    )


def of_detached(holder: Holder, policy: ManagedPolicy) -> Reading[Preview]:
    """As `of`, of taking the policy away from the holder."""
    return _preview(
        holder.rights,
        lambda may_see: previews.of_detached(holder.row, policy, timezone.now(), may_see),
    )


def _preview(rights: Rights, look: Callable[[MaySee], Preview]) -> Reading[Preview]:
    known: dict[str, bool] = {}
    if not rights.allow(LOOK_UP, "*"):
        words = _("You may not see whose recorded calls would change. Needs %(action)s.")
        return Reading(notice=words % {"action": LOOK_UP})

    def may_see(event: Event) -> bool:
        arn = source_arn(event)
        if arn not in known:
            known[arn] = rights.allow(f"iam:{SIMULATE}", arn)
        return known[arn]

    return Reading(look(may_see))
