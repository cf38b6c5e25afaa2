"""Dismissing a recommendation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from console.forms.base import Form


class DismissForm(Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who sees the dashboard can read it. At most 256 characters."),
        max_length=256,
        error_messages={"required": _("Enter a reason.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
