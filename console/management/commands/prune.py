"""`manage.py prune`: removes rows whose time is over; run it once a day."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from django.utils import timezone

from console.models import Dismissal, Draft, Handoff, Job, KeptForm, SentForm
from federation.models import (
    FederatedAttempt,
    OidcRequest,
    PendingSignIn,
    SamlRequest,
    SeenAssertion,
    SigninToken,
)
from identity import journal, transactions
from identity.models import (
    AccessReport,
    ConsoleSession,
    EmailChange,
    LastAccess,
    Mail,
    Role,
    RootRecovery,
    TemporarySession,
    ThrottleBucket,
    User,
)
from identity.models.last_access import TRACKED

# A bucket counts the failures of 24 hours; a form is sent again within minutes or never.
_BUCKET_LIFETIME = timedelta(hours=48)
_FORM_LIFETIME = timedelta(hours=48)
_MAIL_LIFETIME = timedelta(days=7)
_REPORT_LIFETIME = timedelta(days=7)
# So many rows are deleted within some milliseconds. Then the database is free for longer than that:
# on SQLite whoever waits only looks now and then, and would find it taken again and again.
_BATCH = 50
_PRINCIPALS = 500
_PAUSE_SECONDS = 0.005
_TIMES_FREE = 4


class Command(BaseCommand):
    help = "Delete what is over: sessions, credentials, throttle buckets, forms, old records."

    def handle(self, **options: Any) -> None:
        for what, rows in _over(timezone.now()).items():
            self.stdout.write(f"{what}: {delete(rows)}")
        self.stdout.write(f"last accesses of the deleted: {_delete_accesses_of_nobody()}")
        self.stdout.write(f"audit events moved from the journal: {journal.drain()}")


def _over(now: datetime) -> dict[str, QuerySet[Any]]:
    """Each in the order of an index, so that the next batch is found at once."""
    return {
        "sign-in tokens": SigninToken.objects.filter(expires_at__lte=now),
        "console sessions": ConsoleSession.objects.expired(now).order_by("expire_date"),
        "temporary sessions": TemporarySession.objects.expired(now).order_by("expires_at"),
        "throttle buckets": ThrottleBucket.objects.filter(last_at__lte=now - _BUCKET_LIFETIME),
        "secrets shown once": Handoff.objects.filter(expires_at__lte=now),
        "drafts": Draft.objects.filter(expires_at__lte=now),
        "kept forms": KeptForm.objects.filter(expires_at__lte=now),
        "last accesses": LastAccess.objects.filter(time__lte=now - TRACKED).order_by("time"),
        "access reports": AccessReport.objects.filter(
            created_at__lte=now - _REPORT_LIFETIME
        ).order_by("created_at"),
        "seen assertions": SeenAssertion.objects.filter(expires_at__lte=now),
        "SAML requests": SamlRequest.objects.filter(expires_at__lte=now),
        "OpenID requests": OidcRequest.objects.filter(expires_at__lte=now),
        "pending sign-ins": PendingSignIn.objects.filter(expires_at__lte=now),
        "federated sign-in attempts": FederatedAttempt.objects.old(now),
        "jobs": Job.objects.over(now),
        "dismissed recommendations": Dismissal.objects.filter(until__lte=now),
        "old mail": Mail.objects.filter(created_at__lte=now - _MAIL_LIFETIME),
        "changes of e-mail": EmailChange.objects.filter(expires_at__lte=now),
        "recovery links": RootRecovery.objects.filter(
            asked_at__lte=now - _MAIL_LIFETIME, due_at=None
        ),
        "sent forms": SentForm.objects.filter(sent_at__lte=now - _FORM_LIFETIME),
    }


def _delete_accesses_of_nobody() -> int:
    """Last accesses of users and roles that are gone; each principal is looked at once."""
    deleted, last = 0, ""
    while principals := list(_principals_after(last)[:_PRINCIPALS]):
        last = principals[-1]
        present: set[str] = set()
        for model in (User, Role):
            found = model.objects.filter(unique_id__in=principals)
            present |= set(found.values_list("unique_id", flat=True))
        gone = [one for one in principals if one not in present]
        deleted += delete(LastAccess.objects.filter(principal__in=gone)) if gone else 0
    return deleted


def _principals_after(last: str) -> QuerySet[LastAccess, str]:
    """By the index of principals, in its order."""
    rows = LastAccess.objects.filter(principal__gt=last).order_by("principal")
    return rows.values_list("principal", flat=True).distinct()


def delete(rows: QuerySet[Any]) -> int:
    """Delete rows in small transactions, with a pause after each: a request waits for one at most.

    A row that has a later time by now stays. Returns how many were deleted.
    """
    deleted = 0
    while batch := list(rows.values_list("pk", flat=True)[:_BATCH]):
        began = time.perf_counter()
        with transactions.transient(patient=True):  # what a power cut brings back goes next time
            deleted += rows.filter(pk__in=batch).order_by().delete()[0]
        time.sleep(max(_PAUSE_SECONDS, _TIMES_FREE * (time.perf_counter() - began)))
    return deleted
