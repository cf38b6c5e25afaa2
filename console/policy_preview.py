"""The change preview of the policy editor: whose recorded calls a draft would decide otherwise."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from console.explain_rights import SIMULATE, source_arn
from console.http import Request
from console.permissions import Reading
from console.recent_events import LOOK_UP
from console.views.policy_pages import Subject
from identity import journal, previews
from identity.models import Event
from identity.previews import Preview


def of(request: Request, subject: Subject, draft: str) -> Reading[Preview]:
    """For who may read the activity, of those principals for whom they may simulate."""
    rights, known = subject.rights, dict[str, bool]()
    if not rights.allow(LOOK_UP, "*"):
        words = _("You may not see whose recorded calls would change. Needs %(action)s.")
        return Reading(notice=words % {"action": LOOK_UP})

    def may_see(event: Event) -> bool:
        arn = source_arn(event)
        if arn not in known:
            known[arn] = rights.allow(f"iam:{SIMULATE}", arn)
        return known[arn]

    journal.drain()
    account, policy = request.caller.account, subject.policy
    return Reading(previews.of_policy(account, policy, draft, timezone.now(), may_see))
