"""What fields say of a wrong value, where a form says nothing more exact: what to do about it.

A field's error stands beside its label, and after the label in the summary: it need not repeat it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

_OF_FIELDS: Mapping[str, Any] = {"required": _("Fill this in.")}
_OF_CHOICES: Mapping[str, Any] = {
    "required": _("Choose one."),
    "invalid_choice": _("This is not one of the choices. Choose another one."),
}
_OF_VALIDATORS: Mapping[str, Any] = {
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


def _put_on(field: forms.Field) -> None:
    """Say it in these words; what the form itself says of this field stays, and so does what a
    field says by itself of a length, as of a file's name: in other figures."""
    framework: dict[str, Any] = {}
    for one in reversed(type(field).__mro__):
        framework |= getattr(one, "default_error_messages", {})
    for code, text in (_OF_CHOICES if isinstance(field, forms.ChoiceField) else _OF_FIELDS).items():
        if field.error_messages[code] is framework[code]:
            field.error_messages[code] = text
    for code, text in _OF_VALIDATORS.items():
        field.error_messages.setdefault(code, text)


class Form(forms.Form):
    """A form whose fields speak so, those too that are added to it while it is made."""

    def full_clean(self) -> None:
        for field in self.fields.values():
            _put_on(field)
        super().full_clean()
