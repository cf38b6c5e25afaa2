"""What fields say of a wrong value, where a form says nothing more exact: what to do about it.

A field's error stands beside its label, and after the label in the summary: it need not repeat it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

_WORDS: Mapping[str, Any] = {
    "required": _("Fill this in."),
    "max_length": ngettext_lazy(
        "Use at most %(limit_value)d character; this has %(show_value)d.",
        "Use at most %(limit_value)d characters; this has %(show_value)d.",
        "limit_value",
    ),
    "min_length": ngettext_lazy(
        "Use at least %(limit_value)d character; this has %(show_value)d.",
        "Use at least %(limit_value)d characters; this has %(show_value)d.",
        "limit_value",
    ),
    "max_value": _("Use %(limit_value)s or less."),
    "min_value": _("Use %(limit_value)s or more."),
}
_OF_CHOICES: Mapping[str, Any] = {
    "required": _("Choose one."),
    "invalid_choice": _("This is not one of the choices. Choose another one."),
}


def _put_on(field: forms.Field) -> None:
    """Say it in these words; what the form itself says of this field stays."""
    framework: dict[str, Any] = {}
    for one in reversed(type(field).__mro__):
        framework |= getattr(one, "default_error_messages", {})
    choices = _OF_CHOICES if isinstance(field, forms.ChoiceField) else {}
    for code, text in {**_WORDS, **choices}.items():
        if field.error_messages.get(code) is framework.get(code):
            field.error_messages[code] = text


class Form(forms.Form):
    """A form whose fields speak so, those too that are added to it while it is made."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            _put_on(field)
        super().full_clean()
