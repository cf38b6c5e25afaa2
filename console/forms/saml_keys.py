"""Encrypted assertions of a SAML provider: whether they have to be, and what opens them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from federation import private_keys
from federation.models import ALLOWED, REQUIRED


class SecretText(forms.Textarea):
    """Never sent back: who corrects a form brings the secret anew."""

    def format_value(self, value: Any) -> str:
        return ""


class EncryptionForm(Form):
    """The two modes of `AssertionEncryptionMode`."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Encrypted assertions"),
        choices=[
            (ALLOWED, gettext_lazy("Allowed: plain assertions are taken as well")),
            (REQUIRED, gettext_lazy("Required: plain assertions are refused")),
        ],
        widget=forms.RadioSelect,
    )

    fields_of = {"InvalidInput": "mode"}
    sentences = {
        "InvalidInput": gettext_lazy("Add a private key first: nothing encrypted could be read.")
    }


class PrivateKeyForm(Form):
    """A key as a file or as text; `pem` is what came."""

    file = forms.FileField(
        label=gettext_lazy("Key file"),
        help_text=gettext_lazy("A private key in PEM, RSA or EC, without a password."),
        required=False,
    )
    private_key = forms.CharField(
        label=gettext_lazy("Or its text"),
        max_length=private_keys.LONGEST,
        required=False,
        strip=False,
        widget=SecretText(
            attrs={
                "rows": 6,
                "spellcheck": "false",
                "autocapitalize": "none",
                "autocomplete": "off",
            }
        ),
    )

    fields_of = {"InvalidInput": "private_key"}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        if file and file.size > private_keys.LONGEST:
            raise ValidationError({"file": _("The file is longer than an RSA key of 4096 bits.")})
        try:
            pem = file.read().decode("ascii") if file else given.get("private_key", "")
        except UnicodeDecodeError as problem:
            raise ValidationError({"file": _("The file is not PEM text.")}) from problem
        if not pem.strip() and not self.errors:
            raise ValidationError({"file": _("Choose a file or paste the key's text.")})
        return {**given, "pem": pem.replace("\r\n", "\n")}
