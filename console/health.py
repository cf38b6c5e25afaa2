"""What must be right before the first account is made and ever after, with what to do if not."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from identity import mail
from identity.models import OutboxEvent

_migrated = False


@dataclass(frozen=True, slots=True)
class Check:
    """`kind` is that of `{% status %}`: ok, off, warn or err; `key` names the check to programs."""

    key: str
    name: str
    kind: str
    text: str
    fix: str = ""


def checks(request: HttpRequest) -> list[Check]:
    return [_database(), _journal(), _address(request), _connection(), _mail()]


def _database() -> Check:
    try:
        missing = _missing_migrations()
    except DatabaseError:
        fix = _("See the server's log, and DATABASE_URL.")
        return Check("database", _("Database"), "err", _("Not reachable"), fix)
    if missing:
        fix = _("Run manage.py migrate, then reload this page.")
        text = ngettext("%d migration is missing", "%d migrations are missing", missing) % missing
        return Check("database", _("Database"), "err", text, fix)
    return Check("database", _("Database"), "ok", _("Reachable and up to date"))


def _missing_migrations() -> int:
    """Read once until none is missing; from then on only whether the database answers."""
    global _migrated
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return 0
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _migrated = not missing
    return missing


def _journal() -> Check:
    """Audit events that the database did not take are put aside, and somebody has to look."""
    aside = len(list((settings.DATA_DIR / "journal").glob("*.refused")))
    if aside:
        fix = _("See the server's log, and the folder `journal` of the data directory.")
        text = ngettext(
            "%d file of audit events was put aside",
            "%d files of audit events were put aside",
            aside,
        )
        return Check("journal", _("Audit journal"), "warn", text % aside, fix)
    if refused := _refused():
        fix = _("See the server's log, and the table identity_outboxevent of the database.")
        text = ngettext("%d audit event was not taken", "%d audit events were not taken", refused)
        return Check("journal", _("Audit journal"), "warn", text % refused, fix)
    return Check("journal", _("Audit journal"), "ok", _("Nothing was put aside"))


def _refused() -> int:
    try:
        return OutboxEvent.objects.filter(is_refused=True).count()
    except DatabaseError:
        return 0  # of which the first check tells


def _address(request: HttpRequest) -> Check:
    here = f"{request.scheme}://{request.get_host()}"
    if here == settings.BASE_URL:
        return Check("address", _("Address"), "ok", here)
    fix = _("Set BARTIZAN_BASE_URL to %s, or open this page there.") % here
    return Check("address", _("Address"), "warn", _("The setting says %s") % settings.BASE_URL, fix)


def _connection() -> Check:
    if settings.HTTPS:
        return Check("connection", _("Connection"), "ok", _("HTTPS"))
    if settings.LOOPBACK:
        return Check("connection", _("Connection"), "ok", _("This machine only"))
    fix = _("Put a proxy with a certificate in front and set BARTIZAN_BASE_URL to https://.")
    return Check("connection", _("Connection"), "warn", _("Passwords travel unencrypted"), fix)


def _mail() -> Check:
    """Without mail the command line sets a lost root password; that is a choice, not a fault."""
    if not mail.is_on():
        fix = _("Set BARTIZAN_MAIL_URL to let root users set a lost password by mail.")
        return Check("mail", _("Mail"), "off", _("Not set up"), fix)
    if settings.DEMO:
        return Check("mail", _("Mail"), "ok", _("Kept in the demonstration's mailbox"))
    if late := mail.late():
        fix = _("See the server's log, and BARTIZAN_MAIL_URL.")
        text = ngettext("%d message was not taken", "%d messages were not taken", late)
        return Check("mail", _("Mail"), "warn", text % late, fix)
    return Check("mail", _("Mail"), "ok", settings.EMAIL_HOST)
