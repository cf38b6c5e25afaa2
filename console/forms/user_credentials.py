"""Passwords that an administrator gives to a user."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.base import Form

GENERATED, TYPED = "generated", "typed"

# Keeps the administrator's password manager from offering to save somebody else's password.
_FOR_SOMEBODY_ELSE = {
    "autocomplete": "new-password",
    "data-1p-ignore": True,
    "data-lpignore": "true",
    "data-bwignore": True,
}


class PasswordFields(words.Form):
    """Generated (the default) or typed, and whether the person must choose another."""

    password_kind = forms.ChoiceField(
        label=gettext_lazy("Password"),
        choices=[
            (GENERATED, gettext_lazy("Generate a password")),
            (TYPED, gettext_lazy("Type a password")),
        ],
        initial=GENERATED,
        widget=forms.RadioSelect,
    )
    password = forms.CharField(
        label=gettext_lazy("Typed password"),
        max_length=128,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs=_FOR_SOMEBODY_ELSE),
    )
    must_change = forms.BooleanField(
        label=gettext_lazy("Ask for a new password at next sign-in"), initial=True, required=False
    )

    def clean_password(self) -> str:
        typed: str = self.cleaned_data["password"]
        if self.cleaned_data.get("password_kind") == TYPED and not typed:
            raise ValidationError(_("Type the password, or let one be generated."))
        return typed

    def typed_password(self) -> str:
        """The typed password, "" when one is to be generated."""
        typed = self.cleaned_data.get("password_kind") == TYPED
        return str(self.cleaned_data.get("password", "")) if typed else ""


class PasswordForm(PasswordFields, Form):
    """Enable console access or reset the password of an IAM user."""

    fields_of = {"PasswordPolicyViolation": "password"}

    def as_draft(self) -> dict[str, Any]:
        return {"password": self.typed_password(), "must_change": self.cleaned_data["must_change"]}
