"""SAML metadata as a file, as text, or from an address; and a response to try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from federation.errors import UnreadableMetadata
from federation.oidc.https import DiscoveryError
from federation.operations.saml_providers import read
from federation.saml.metadata import Metadata

_LARGEST = 1024 * 1024
_PLAIN = {"autocapitalize": "none", "spellcheck": "false"}

Fetch = Callable[[str], str]


class MetadataForm(Form):
    """A document, however it comes; `metadata` is what was read from it.

    `fetch` asks an address, and refuses for who may not let us ask.
    """

    file = forms.FileField(
        label=gettext_lazy("Metadata file"),
        help_text=gettext_lazy("The XML file that your identity provider offers, up to 1 MiB."),
        required=False,
    )
    address = forms.CharField(
        label=gettext_lazy("Or its address"),
        help_text=gettext_lazy(
            "https, at a public address. It is asked once, now; later changes are not followed."
        ),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    document = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 12}),
    )
    metadata: Metadata | None = None

    def __init__(self, *args: Any, fetch: Fetch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fetch = fetch

    def clean(self) -> dict[str, Any]:
        """Put the text under `document`, wherever it came from, and read it."""
        given: dict[str, Any] = super().clean() or {}
        field, text = self._text(given)
        if not text:
            raise ValidationError({"file": _("Choose a file, give its address or paste its text.")})
        try:
            self.metadata = read(text, timezone.now())
        except UnreadableMetadata as problem:
            words = _("The metadata cannot be used: %(reason)s.") % {"reason": problem.detail}
            raise ValidationError({field: words}) from problem
        return {**given, "document": text}

    def _text(self, given: dict[str, Any]) -> tuple[str, str]:
        """The field that was used, and what came by it. A text that is there needs no fetching."""
        if file := given.get("file"):
            return "file", _text(file)
        if text := given.get("document", "").replace("\r\n", "\n"):
            return "document", text
        address = given.get("address", "").strip()
        return "address", self._fetched(address) if address else ""

    def _fetched(self, address: str) -> str:
        try:
            return self._fetch(address)
        except DiscoveryError as problem:
            words = _("The address could not be read: %(reason)s.") % {"reason": problem}
            raise ValidationError({"address": words}) from problem


def _text(file: UploadedFile) -> str:
    if (file.size or 0) > _LARGEST:
        raise ValidationError({"file": _("The file is larger than 1 MiB.")})
    try:
        return str(file.read().decode())
    except UnicodeDecodeError as problem:
        raise ValidationError({"file": _("The file is not UTF-8 text.")}) from problem


class SamlProviderForm(MetadataForm):
    """A name, and the document."""

    name = forms.RegexField(
        r"\A[\w.-]+\Z",
        label=gettext_lazy("Provider name"),
        help_text=gettext_lazy("1 to 128 letters, digits and . _ -"),
        max_length=128,
        widget=forms.TextInput(attrs=_PLAIN),
        error_messages={
            "invalid": gettext_lazy("Provider names may hold letters, digits and . _ -")
        },
    )

    fields_of = {"EntityAlreadyExists": "name"}
    sentences = {
        "EntityAlreadyExists": gettext_lazy("A SAML provider of this name already exists.")
    }


class ResponseForm(Form):
    """What a browser would post, to be looked at."""

    response = forms.CharField(
        label=gettext_lazy("SAMLResponse"),
        help_text=gettext_lazy(
            "The value of the form field, in base64, as the browser's developer tools show it. "
            "It is not used up by that."
        ),
        max_length=400_000,
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 6}),
    )
