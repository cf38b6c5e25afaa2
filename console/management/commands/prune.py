"""`manage.py prune`: removes rows whose time is over; run it once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from console.models import Handoff, SentForm
from identity import journal
from identity.models import ConsoleSession, TemporarySession, ThrottleBucket

# A bucket counts the failures of 24 hours; a form is sent again within minutes or never.
_BUCKET_LIFETIME = timedelta(hours=48)
_FORM_LIFETIME = timedelta(hours=48)


class Command(BaseCommand):
    help = "Delete expired sessions, temporary credentials, throttle buckets and sent forms."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        over = {
            "console sessions": ConsoleSession.objects.expired(now),
            "temporary sessions": TemporarySession.objects.expired(now),
            "throttle buckets": ThrottleBucket.objects.filter(last_at__lte=now - _BUCKET_LIFETIME),
            "secrets shown once": Handoff.objects.filter(expires_at__lte=now),
            "sent forms": SentForm.objects.filter(sent_at__lte=now - _FORM_LIFETIME),
        }
        for what, rows in over.items():
            self.stdout.write(f"{what}: {rows.delete()[0]}")
        self.stdout.write(f"audit events moved from the journal: {journal.drain()}")
