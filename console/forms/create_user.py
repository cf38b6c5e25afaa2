"""The steps of the create-user wizard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise, lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.attachments import ChoicesField
from console.forms.base import Form
from console.forms.policies import PolicyNameField
from console.forms.policy_documents import EXAMPLE, DocumentField
from console.forms.user_credentials import PasswordFields
from console.forms.users import NAME_TAKEN, PathField, UserNameField

NO_ACCESS, WITH_PASSWORD = "none", "password"
NOTHING, ADMINISTRATOR, INLINE = "nothing", "administrator", "inline"


def _tile(title: str | Promise, text: str | Promise) -> SafeString:
    return format_html("<span><strong>{}</strong><br>{}</span>", title, text)


_lazy_tile: Any = lazy(_tile, str)


class DetailsForm(PasswordFields, Form):
    """Step 1: who it is, and whether this person signs in here."""

    name = UserNameField()
    path = PathField()
    access = forms.ChoiceField(
        label=gettext_lazy("Console access"),
        choices=[
            (
                NO_ACCESS,
                _lazy_tile(
                    gettext_lazy("None – programs only"), gettext_lazy("You can add it later.")
                ),
            ),
            (
                WITH_PASSWORD,
                _lazy_tile(
                    gettext_lazy("Password – this person signs in here"),
                    gettext_lazy("With a password that you hand over."),
                ),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whether this person signs in here.")},
    )
    field_order = ["name", "path", "access", "password_kind", "password", "must_change"]

    def clean_password(self) -> str:
        if self.cleaned_data.get("access") != WITH_PASSWORD:
            return ""
        return super().clean_password()

    def draft(self) -> dict[str, Any]:
        """What the next steps need to know; the typed password is in it."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "path": cleaned["path"],
            "access": cleaned["access"],
            "password_kind": cleaned["password_kind"],
            "password": self.typed_password(),
            "must_change": cleaned["must_change"],
        }


class PermissionsForm(Form):
    """Step 2: nothing, everything, or what a pasted document says."""

    grant = forms.ChoiceField(
        label=gettext_lazy("Permissions"),
        choices=[
            (
                NOTHING,
                _lazy_tile(gettext_lazy("None"), gettext_lazy("The user may do nothing yet.")),
            ),
            (
                ADMINISTRATOR,
                _lazy_tile(
                    gettext_lazy("Administrator"),
                    gettext_lazy(
                        "Everything in this account: the built-in policy AdministratorAccess."
                    ),
                ),
            ),
            (
                INLINE,
                _lazy_tile(
                    gettext_lazy("Inline policy"), gettext_lazy("What a JSON document says.")
                ),
            ),
        ],
        initial=NOTHING,
        widget=forms.RadioSelect,
    )
    groups = ChoicesField(required=False)
    copied_from = forms.CharField(
        label=gettext_lazy("Copy from a user"),
        help_text=gettext_lazy("A user name. Its groups, attached and inline policies are copied."),
        max_length=64,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        help_text=gettext_lazy("One key=value a line"),
        max_length=4096,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    policy_name = PolicyNameField(required=False)
    document = DocumentField(required=False, initial=EXAMPLE)

    fields_of = {"MalformedPolicyDocument": "document", "NoSuchEntity": "copied_from"}
    sentences = {"EntityAlreadyExists": NAME_TAKEN}

    def clean_tags(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["tags"].splitlines() if line.strip()]
        found = [line.partition("=") for line in lines]
        if any(not key.strip() or not equals for key, equals, _value in found):
            raise ValidationError(_("Write each tag as key=value on a line of its own."))
        return [{"Key": key.strip(), "Value": value.strip()} for key, _equals, value in found]

    def clean(self) -> dict[str, Any]:
        """Name and document are needed only where they are used; elsewhere they do not count."""
        if self.cleaned_data.get("grant") != INLINE:
            for name in ("policy_name", "document"):
                self.errors.pop(name, None)
            return self.cleaned_data
        for name in ("policy_name", "document"):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, ValidationError(_("Needed for an inline policy.")))
        return self.cleaned_data
