"""Fields for what is typed letter by letter: names, ARNs, actions; nothing corrects them."""

from __future__ import annotations

from typing import Any

from django import forms

PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def typed(
    label: Any, hint: Any = "", *, max_length: int, required: bool = False, **attrs: str
) -> forms.CharField:
    """One line; `attrs` are more attributes of the input, such as `list`."""
    widget = forms.TextInput(attrs=PLAIN | attrs)
    return forms.CharField(
        label=label, help_text=hint, max_length=max_length, required=required, widget=widget
    )
