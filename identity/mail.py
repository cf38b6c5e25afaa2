"""Mail to the people of an account: written down with the change that it tells of, sent later.

A request never waits for a mail server, and what is rolled back is not told. `deliver` runs in a
thread of each worker; a message is sent once, or again when nobody knows whether it was.
"""

from __future__ import annotations

import json
import logging
import secrets
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from identity import vault
from identity.models import Account, Mail

logger = logging.getLogger(__name__)

_TRIES = 6
# Longer than a mail server is waited for: until then the message is of whoever took it.
_FIRST_PAUSE = timedelta(minutes=1)
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody gets to read."""

    to: str
    subject: str
    text: str
    at: datetime


def is_on() -> bool:
    """Whether there is a mail server, or a demonstration's mailbox in its place."""
    return bool(settings.MAIL)


def write(account: Account, to: str, name: str, **context: Any) -> None:
    """Put the message `templates/mail/<name>.txt` (its first line is the subject) in the outbox.

    Call it inside the transaction of what it tells of. Without mail it does nothing.
    """
    if not is_on():
        return
    shown = {"account": account, "base_url": settings.BASE_URL, **context}
    subject, _line, text = render_to_string(f"mail/{name}.txt", shown).strip().partition("\n")
    row = Mail(id=secrets.token_urlsafe(16), account=account, to=to)
    kept = json.dumps([subject, text.strip() + "\n"]).encode()
    row.sealed = vault.seal(kept, row.purpose)
    row.save(force_insert=True)


def read(row: Mail) -> Message:
    subject, text = json.loads(vault.unseal(row.sealed, row.purpose))
    return Message(row.to, subject, text, row.created_at)


def mailbox(newest: int) -> list[Message]:
    """The demonstration's: what nobody was sent."""
    return [read(row) for row in Mail.objects.order_by("-created_at", "-id")[:newest]]


def late() -> int:
    """How many messages no server has taken yet though it was tried."""
    return Mail.objects.filter(tries__gt=1).count()


def deliver() -> int:
    """Send what is due; returns how many messages that were. A demonstration sends none."""
    if settings.DEMO or not is_on():
        return 0
    now = timezone.now()
    due = Mail.objects.filter(next_try_at__lte=now).order_by("next_try_at")[:_AT_ONCE]
    return sum(_sent(row) for row in due if _taken(row, now))


def _taken(row: Mail, now: datetime) -> bool:
    """Ours for now: one of all processes that look at the same moment gets it."""
    pause = _FIRST_PAUSE * 4**row.tries
    same = Mail.objects.filter(pk=row.pk, next_try_at=row.next_try_at)
    return bool(same.update(next_try_at=now + pause, tries=row.tries + 1))


def _sent(row: Mail) -> bool:
    message = read(row)
    try:
        EmailMessage(message.subject, message.text, to=[message.to]).send()
    except (OSError, smtplib.SMTPException):
        logger.exception("mail `%s` was not taken at try %d", row.pk, row.tries + 1)
        if row.tries + 1 >= _TRIES:
            row.delete()
        return False
    row.delete()
    return True
