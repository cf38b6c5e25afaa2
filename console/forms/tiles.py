"""Choices drawn as cards: a title and a line of text."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString


def _tile(title: str | Promise, text: str | Promise) -> SafeString:
    return format_html("<span><strong>{}</strong><br>{}</span>", title, text)


tile: Any = lazy(_tile, str)
"""`tile(gettext_lazy("Service"), gettext_lazy("A machine."))`, for the label of a choice."""
