"""SSH keys and certificates to upload, and services to make credentials for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form

_CODE = {"class": "code", "rows": 12, "spellcheck": "false", "autocapitalize": "none"}
_LONGEST = 16384
_API_KEYS = ("bedrock.amazonaws.com", "logs.amazonaws.com")


class SSHPublicKeyForm(Form):
    body = forms.CharField(
        label=gettext_lazy("SSH public key"),
        help_text=gettext_lazy("An RSA key of 2048 bits or more: an ssh-rsa line, or PEM."),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs=_CODE),
    )
    fields_of = {
        "DuplicateSSHPublicKey": "body",
        "InvalidPublicKey": "body",
        "UnrecognizedPublicKeyEncoding": "body",
    }


class SigningCertificateForm(Form):
    body = forms.CharField(
        label=gettext_lazy("Certificate"),
        help_text=gettext_lazy("One X.509 certificate in PEM, without its private key."),
        max_length=_LONGEST,
        widget=forms.Textarea(attrs=_CODE),
    )
    fields_of = {
        "DuplicateCertificate": "body",
        "InvalidCertificate": "body",
        "MalformedCertificate": "body",
    }


class ServiceCredentialForm(Form):
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        choices=[
            ("codecommit.amazonaws.com", gettext_lazy("CodeCommit: user name and password")),
            ("cassandra.amazonaws.com", gettext_lazy("Keyspaces: user name and password")),
            ("bedrock.amazonaws.com", gettext_lazy("Bedrock: API key")),
            ("logs.amazonaws.com", gettext_lazy("CloudWatch Logs: API key")),
        ],
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until an API key expires"),
        help_text=gettext_lazy("Empty: never. Passwords never expire."),
        required=False,
        min_value=1,
        max_value=36600,
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("days") and given.get("service") not in _API_KEYS:
            self.add_error("days", ValidationError(_("Only API keys can expire.")))
        return given
