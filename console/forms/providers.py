"""SAML providers, by their metadata."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from federation.errors import UnreadableMetadata
from federation.operations.saml_providers import read
from federation.saml.metadata import Metadata

_LARGEST = 1024 * 1024
_LINES = {"rows": 4, "spellcheck": "false", "autocapitalize": "none"}


class SamlProviderForm(Form):
    """A name and a document, as a file or pasted; `metadata` is what was read from it."""

    name = forms.RegexField(
        r"\A[\w.-]+\Z",
        label=gettext_lazy("Provider name"),
        help_text=gettext_lazy("1 to 128 letters, digits and . _ -"),
        max_length=128,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "invalid": gettext_lazy("Provider names may hold letters, digits and . _ -")
        },
    )
    file = forms.FileField(
        label=gettext_lazy("Metadata file"),
        help_text=gettext_lazy("The XML file that your identity provider offers, up to 1 MiB."),
        required=False,
    )
    document = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={**_LINES, "rows": 12}),
    )

    fields_of = {"EntityAlreadyExists": "name"}
    sentences = {
        "EntityAlreadyExists": gettext_lazy("A SAML provider of this name already exists.")
    }
    metadata: Metadata | None = None

    def clean(self) -> dict[str, Any]:
        """Put the text under `document`, wherever it came from, and read it."""
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        text = _text(file) if file else given.get("document", "").replace("\r\n", "\n")
        if not text:
            raise ValidationError({"file": _("Choose a file or paste its text.")})
        try:
            self.metadata = read(text, timezone.now())
        except UnreadableMetadata as problem:
            words = _("The metadata cannot be used: %(reason)s.") % {"reason": problem.detail}
            raise ValidationError({"file" if file else "document": words}) from problem
        return {**given, "document": text}


def _text(file: UploadedFile) -> str:
    if (file.size or 0) > _LARGEST:
        raise ValidationError({"file": _("The file is larger than 1 MiB.")})
    try:
        return str(file.read().decode())
    except UnicodeDecodeError as problem:
        raise ValidationError({"file": _("The file is not UTF-8 text.")}) from problem
