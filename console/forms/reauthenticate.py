"""The password, asked again from who has no MFA device."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from console.forms.signin import EntranceForm


class PasswordForm(EntranceForm):
    refused = gettext_lazy("This is not your current password.")
    password = forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        error_messages={"required": gettext_lazy("Enter your current password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
