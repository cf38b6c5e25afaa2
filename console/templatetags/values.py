"""Tags for values: what a page tells, as against what it asks; part of `{% load components %}`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.component_templates import known_kind, render
from console.preferences import DATES
from console.templatetags import formats

register = template.Library()


@register.simple_block_tag(takes_context=True)
def keyvalue(context: Context, content: str) -> SafeString:
    """A summary list; between the tags `{% item %}` blocks."""
    return render(context, "keyvalue", content=content)


@register.simple_block_tag(takes_context=True)
def item(context: Context, content: str, term: str) -> SafeString:
    """One term of a summary list; nothing between the tags reads as a dash and as "none"."""
    blank = not content.strip()
    return render(context, "item", content=content, term=term, blank=blank)


@register.inclusion_tag("components/status.html")
def status(kind: str, text: str) -> dict[str, str]:
    """Icon and word: ok, warn, err, info, off or busy."""
    return {"kind": known_kind(kind), "text": text}


@register.inclusion_tag("components/copy.html")
def copy(value: str, label: str) -> dict[str, str]:
    """A value to copy; `label` ends the button's name: "Copy account ID"."""
    return {"value": value, "label": label}


@register.inclusion_tag("components/copy_link.html")
def copy_link(url: str) -> dict[str, str]:
    """A button that copies the address of this page, with the account in it."""
    return {"url": url}


@register.inclusion_tag("components/info.html")
def info(topic: str, label: str) -> dict[str, str]:
    """A link to a help topic; with scripts it opens beside the page. `label` ends its name."""
    return {"url": reverse("help-topic", args=[topic]), "label": label}


@register.inclusion_tag("components/secret_box.html")
def secret_box(value: str, label: str) -> dict[str, str]:
    """A secret, folded away until Show is pressed (scripts or not), with a copy button."""
    return {"value": value, "label": label}


@register.inclusion_tag("components/time.html", takes_context=True)
def time(
    context: Context, value: datetime | None, style: str = "relative", none: str = ""
) -> dict[str, str]:
    """A moment: `relative` (absolute in the title) or `absolute`; `none` is the word for None.

    Who prefers absolute times gets them everywhere.
    """
    known_kind(style, DATES)
    if value is None:
        return {"stamp": "", "none": none or _("Never")}
    absolute = formats.clock(value)
    if (preferences := context.get("preferences")) and preferences.dates == "absolute":
        style = "absolute"
    return {
        "stamp": value.astimezone(UTC).isoformat(timespec="seconds"),
        "text": absolute if style == "absolute" else formats.age(value),
        "absolute": absolute,
    }


@register.inclusion_tag("components/code.html")
def code(text: str, copy_label: str = "") -> dict[str, str]:
    """Text as the machine has it; with `copy_label` a copy button follows."""
    return {"text": text, "copy_label": copy_label}


@register.inclusion_tag("components/meter.html")
def meter(used: int, limit: int | None, label: str = "") -> dict[str, Any]:
    """A quota; amber from 80 %, red from 95 %. None as the limit means that there is none."""
    low, high = ((limit or 0) * 80 // 100, (limit or 0) * 95 // 100)
    return {"used": used, "limit": limit, "low": low, "high": high, "label": label or _("Used")}
