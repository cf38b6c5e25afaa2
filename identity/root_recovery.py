"""A lost root password: a link by mail, which sets a new one once.

Asking writes down what was typed and nothing else, whoever's it is; whether it is the address of a
root user is looked up afterwards by a thread. No answer, and no time that one takes, tells.
MFA is not touched: who follows the link still has to prove it at the sign-in.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from identity import audit, mail, outbox, passwords, throttle
from identity.callers import Caller
from identity.facts import Facts
from identity.models import RootRecovery, User
from identity.models.user import folded

logger = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=15)
DEVICES_REQUESTED = "MFARecoveryRequested"
REQUESTED, COMPLETED = "PasswordRecoveryRequested", "PasswordRecoveryCompleted"
# So many links of one root user are good at a time: a mailbox is not filled by strangers, and who
# asks again finds a link that works in it.
_LINKS = 3
_AT_ONCE = 20


def ask(facts: Facts, email: str, *, of_devices: bool = False) -> None:
    """Note that somebody wants a link for this address. Throttling after too many tries."""
    throttle.attempt("recovery", f"root/{folded(email)}", facts.source_ip)
    kept = {**asdict(facts), "at": facts.at.isoformat()}
    RootRecovery.objects.create(email=email[:254], facts=kept, of_devices=of_devices)


def answer_all() -> int:
    """Send the links that were asked for; returns how many were."""
    waiting = RootRecovery.objects.filter(token_hash=None).order_by("asked_at")[:_AT_ONCE]
    return sum(_answered(row) for row in waiting)


def _answered(asked: RootRecovery) -> bool:
    """Whether a link was sent; what names nobody, or asks too often, is dropped."""
    now, facts = timezone.now(), _facts(asked)
    root = User.objects.with_root_email(asked.email).select_related("account").first()
    if root is None or _live(root, now) >= _LINKS:
        logger.warning("no link for `%s`, %s", facts.source_ip, facts.request_id)
        asked.delete()
        return False
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        mine = RootRecovery.objects.filter(pk=asked.pk, token_hash=None)
        if not mine.update(
            user=root,
            token_hash=hashed(token),
            fits=root.get_session_auth_hash(),
            expires_at=now + LIFETIME,
        ):
            return False  # another worker has it
        record(root, facts, DEVICES_REQUESTED if asked.of_devices else REQUESTED)
        page = "device" if asked.of_devices else "reset"
        link = f"{settings.BASE_URL}/sign-in/root/{page}/{token}"
        letter = "device_link" if asked.of_devices else "root_link"
        mail.write(root.account, root.email, letter, link=link, facts=facts)
    return True


def _live(root: User, now: datetime) -> int:
    return root.root_recoveries.filter(expires_at__gt=now).count()


def find(token: str, *, of_devices: bool = False) -> RootRecovery | None:
    """What the link stands for; None when it was used, is too old, or the password is another."""
    rows = RootRecovery.objects.filter(of_devices=of_devices, due_at=None)
    live = rows.filter(token_hash=hashed(token), expires_at__gt=timezone.now())
    found = live.select_related("user__account").first()
    return found if found is not None and still_fits(found) else None


def still_fits(found: RootRecovery) -> bool:
    """Whether root's password is the one that it was when the link was made."""
    now = found.user.get_session_auth_hash() if found.user else ""
    return bool(now) and constant_time_compare(found.fits, now)


def reset(recovery: RootRecovery, new: str, facts: Facts) -> bool:
    """Set the password and end root's sessions; False when the link was used meanwhile.

    Raises PasswordPolicyViolation and EntityTemporarilyUnmodifiable.
    """
    root = recovery.user
    assert root is not None  # of what `find` found
    prepared = passwords.prepare(root, new)
    with transaction.atomic():
        if not RootRecovery.objects.filter(pk=recovery.pk).delete()[0]:
            return False
        passwords.store(root, prepared)
        root.console_sessions.all().delete()
        root.root_recoveries.all().delete()
        throttle.forget(root.unique_id)
        record(root, facts, COMPLETED)
        mail.write(root.account, root.email, "password_changed", facts=facts)
    return True


def record(root: User, facts: Facts, name: str) -> None:
    identity = audit.identity_of(Caller(root))
    answer = {name: "Success"}
    event = audit.signin_event(root.account, facts, name, identity=identity, response=answer)
    outbox.add(event)


def _facts(asked: RootRecovery) -> Facts:
    return Facts(**{**asked.facts, "at": datetime.fromisoformat(asked.facts["at"])})


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
