"""Root's lost MFA devices: taken away after the password, a link by mail, and a wait.

The wait is what makes it safe to do without a person who looks: root is told by mail, and the link
there, a sign-in with a device or a new password ends it. In the demonstration there is none.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from identity import accounts, mail, passwords, throttle
from identity.facts import Facts
from identity.models import RootRecovery, User
from identity.root_recovery import hashed, record, still_fits

CONFIRMED, KEPT = "MFARecoveryConfirmed", "MFARecoveryCancelled"
_AT_ONCE = 20


class RefusedError(Exception):
    """The password is wrong, or the link was used meanwhile."""


def wait() -> timedelta:
    return timedelta(hours=settings.RECOVERY_HOURS)


def confirm(recovery: RootRecovery, password: str, facts: Facts) -> datetime:
    """Begin the wait; returns when the devices go. RefusedError; Throttling."""
    root, due = recovery.user, timezone.now() + wait()
    assert root is not None  # of what `find` found
    throttle.attempt("password", root.unique_id, facts.source_ip)
    if not passwords.verify(root, password):
        raise RefusedError
    throttle.succeeded("password", root.unique_id, facts.source_ip)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        mine = RootRecovery.objects.filter(pk=recovery.pk, due_at=None)
        if not mine.update(token_hash=hashed(token), due_at=due, fits=root.get_session_auth_hash()):
            raise RefusedError
        record(root, facts, CONFIRMED)
        link = f"{settings.BASE_URL}/sign-in/root/device/keep/{token}"
        if wait():
            mail.write(root.account, root.email, "device_wait", link=link, due=due, facts=facts)
    return due


def waiting(root: User) -> RootRecovery | None:
    """The recovery that runs, if any."""
    return RootRecovery.objects.filter(user=root, due_at__isnull=False).first()


def find_waiting(token: str) -> RootRecovery | None:
    rows = RootRecovery.objects.filter(token_hash=hashed(token), due_at__gt=timezone.now())
    return rows.select_related("user__account").first()


def keep(root: User, facts: Facts) -> bool:
    """End a recovery that runs: the devices stay. Whether there was one."""
    with transaction.atomic():
        ended = RootRecovery.objects.filter(user=root, of_devices=True, due_at__isnull=False)
        if not ended.delete()[0]:
            return False
        record(root, facts, KEPT)
    return True


def remove_due() -> int:
    """Take the devices away whose wait is over; returns of how many root users."""
    due = RootRecovery.objects.filter(due_at__lte=timezone.now())
    return sum(_removed(row) for row in due.select_related("user__account")[:_AT_ONCE])


def _removed(row: RootRecovery) -> bool:
    root, facts = row.user, Facts(user_agent="bartizan")
    assert root is not None  # of one that was confirmed
    with transaction.atomic():
        if not RootRecovery.objects.filter(pk=row.pk).delete()[0] or not still_fits(row):
            return False  # another worker has it, or root has another password by now
        accounts.remove_root_mfa(root.account, facts, by="recovery")
        mail.write(root.account, root.email, "devices_removed", facts=facts)
    return True
