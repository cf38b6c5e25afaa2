"""Values as people read them: moments, ARNs, account IDs, JSON; plain text but for `code_words`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

register = template.Library()

RELATIVE_FOR = timedelta(days=31)


@register.filter
def clock(value: datetime) -> str:
    """`22 Sep 2026, 16:05 CEST`, in the reader's zone, which is UTC unless they chose another.

    A datetime without a zone is a programming error: ValueError.
    """
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    here = timezone.localtime(value)
    return f"{date_format(here, 'j M Y, H:i')} {zone_letters(here)}"


def zone_letters(here: datetime) -> str:
    """`CEST`, or `UTC+05:45` in a zone that has only an offset for a name."""
    letters = here.tzname() or ""
    offset = f"{here:%z}"
    return letters if letters[:1].isalpha() else f"UTC{offset[:3]}:{offset[3:]}"


@register.filter
def hour(value: datetime) -> str:
    """`14:05 UTC`, of an end within the day, in the reader's zone."""
    here = timezone.localtime(value)
    return f"{date_format(here, 'H:i')} {zone_letters(here)}"


@register.filter
def span(value: timedelta) -> str:
    """A length of time in its largest whole unit, `2 hours`; less than a minute is seconds."""
    seconds = int(abs(value.total_seconds()))
    if seconds < 60:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    if seconds < 3600:
        return ngettext("%d minute", "%d minutes", seconds // 60) % (seconds // 60)
    if seconds < 86400:
        return ngettext("%d hour", "%d hours", seconds // 3600) % (seconds // 3600)
    return ngettext("%d day", "%d days", seconds // 86400) % (seconds // 86400)


@register.filter
def duration(seconds: int) -> str:
    """`1 hour`, `90 minutes`: a limit that was chosen, exactly."""
    if seconds % 3600 == 0:
        return ngettext("%d hour", "%d hours", seconds // 3600) % (seconds // 3600)
    if seconds % 60 == 0:
        return ngettext("%d minute", "%d minutes", seconds // 60) % (seconds // 60)
    return ngettext("%d second", "%d seconds", seconds) % seconds


@register.filter
def age(value: datetime) -> str:
    """`2 hours ago`, `just now` or `in 3 days`; beyond 31 days the moment itself."""
    passed = timezone.now() - value
    if abs(passed) > RELATIVE_FOR:
        return clock(value)
    if timedelta(0) <= passed < timedelta(minutes=1):
        return _("just now")
    return (_("%s ago") if passed > timedelta(0) else _("in %s")) % _distance(passed)


@register.filter
def ahead(value: datetime) -> str:
    """How far off an end is: `in 3 hours`, or `now` when it has passed."""
    return _("in %s") % _distance(value - timezone.now()) if value > timezone.now() else _("now")


def _distance(value: timedelta) -> str:
    """As `span`, where "ago" or "in" go with it: many languages put it into another case there."""
    seconds = int(abs(value.total_seconds()))
    if seconds < 60:
        return npgettext("ago or in", "%d second", "%d seconds", seconds) % seconds
    if seconds < 3600:
        return npgettext("ago or in", "%d minute", "%d minutes", seconds // 60) % (seconds // 60)
    if seconds < 86400:
        return npgettext("ago or in", "%d hour", "%d hours", seconds // 3600) % (seconds // 3600)
    return npgettext("ago or in", "%d day", "%d days", seconds // 86400) % (seconds // 86400)


@register.filter
def account_id(value: str) -> str:
    """`1234-5678-9012` for reading; copyable text keeps the twelve digits as they are."""
    return "-".join((value[:4], value[4:8], value[8:])) if len(value) == 12 else value


@register.filter
def short_arn(value: str) -> str:
    """The account cut out of an ARN, for tables: `arn:aws:iam::…:user/bob`."""
    parts = value.split(":", 5)
    if len(parts) < 6 or not parts[4]:
        return value
    return ":".join((*parts[:4], "…", parts[5]))


@register.filter
def code_words(value: str) -> SafeString:
    """What stands between backticks as `<code>`, all else escaped."""
    parts = value.split("`")
    if len(parts) % 2 == 0:
        return escape(value)
    forms = ("{}", "<code>{}</code>")
    return format_html_join(
        "", "{}", ((format_html(forms[n % 2], one),) for n, one in enumerate(parts))
    )


@register.filter
def yes_no(value: object) -> str:
    return _("Yes") if value else _("No")


@register.filter
def json_pretty(value: Any) -> str:
    """JSON indented by two; text that is no JSON comes back as it is, to be shown all the same."""
    if not isinstance(value, str):
        return json.dumps(value, indent=2, ensure_ascii=False, default=str)
    try:
        return json.dumps(json.loads(value), indent=2, ensure_ascii=False)
    except ValueError:
        return value
