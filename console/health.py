"""What must be right before the first account is made, each with what to do when it is not."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Check:
    """`kind` is that of `{% status %}`: ok, warn or err."""

    name: str
    kind: str
    text: str
    fix: str = ""


def checks(request: HttpRequest) -> list[Check]:
    return [_database(), _address(request), _connection()]


def _database() -> Check:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        fix = _("Run manage.py migrate, then reload this page.")
        return Check(_("Database"), "err", _("%d migrations are missing") % len(missing), fix)
    return Check(_("Database"), "ok", _("Reachable and up to date"))


def _address(request: HttpRequest) -> Check:
    here = f"{request.scheme}://{request.get_host()}"
    if here == settings.BASE_URL:
        return Check(_("Address"), "ok", here)
    fix = _("Set BARTIZAN_BASE_URL to %s, or open this page there.") % here
    return Check(_("Address"), "warn", _("The setting says %s") % settings.BASE_URL, fix)


def _connection() -> Check:
    if settings.HTTPS:
        return Check(_("Connection"), "ok", _("HTTPS"))
    if settings.LOOPBACK:
        return Check(_("Connection"), "ok", _("This machine only"))
    fix = _("Put a proxy with a certificate in front and set BARTIZAN_BASE_URL to https://.")
    return Check(_("Connection"), "warn", _("Passwords travel unencrypted"), fix)
