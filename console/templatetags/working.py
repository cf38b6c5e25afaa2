"""What pages of long work are made of."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("components/progress.html")
def progress(
    percent: int | None, text: str, label: str, *, finished: bool = False
) -> dict[str, Any]:
    """How far long work is; None while nobody knows how much there is to do."""
    return {"percent": percent, "text": text, "label": label, "finished": finished}
