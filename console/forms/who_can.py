"""The question of the page *Who can…?*: which action, on what."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from console.forms.explain import validate_action

_PLAIN = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class WhoCanForm(forms.Form):
    """Sent by GET, so that a question has an address."""

    action = forms.CharField(
        label=gettext_lazy("Action"),
        help_text=gettext_lazy("For example iam:CreateUser or s3:GetObject"),
        max_length=200,
        validators=[validate_action],
        widget=forms.TextInput(attrs=_PLAIN),
    )
    resource = forms.CharField(
        label=gettext_lazy("Resource"),
        help_text=gettext_lazy("An ARN, or * for what has none"),
        max_length=2048,
        widget=forms.TextInput(attrs=_PLAIN),
    )
