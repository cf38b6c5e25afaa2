"""How long a certificate is still good, as an icon's kind and in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()

_SOON = timedelta(days=30)


@register.filter
def validity_kind(ends: datetime) -> str:
    """Amber a month before; an expired one is still taken, as AWS takes it."""
    left = ends - timezone.now()
    return "ok" if left > _SOON else "warn" if left > timedelta(0) else "err"


@register.filter
def validity_words(ends: datetime) -> str:
    words = {"ok": _("Valid"), "warn": _("Ends soon"), "err": _("Ended")}
    return words[validity_kind(ends)]
