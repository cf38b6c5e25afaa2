"""The steps of the create-user wizard."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.attachments import BoundaryField, ChoicesField
from console.forms.base import Form
from console.forms.policies import PolicyNameField
from console.forms.policy_documents import EXAMPLE, DocumentField
from console.forms.tiles import tile
from console.forms.user_credentials import PasswordFields
from console.forms.users import NAME_TAKEN, PathField, UserNameField, validate_user_name
from identity.models.user import folded

NO_ACCESS, WITH_PASSWORD = "none", "password"
NOTHING, ADMINISTRATOR, INLINE = "nothing", "administrator", "inline"


MOST_AT_ONCE = 100


class DetailsForm(PasswordFields, Form):
    """Step 1: who it is, and whether this person signs in here."""

    name = UserNameField()
    more_names = forms.CharField(
        label=gettext_lazy("More user names"),
        help_text=gettext_lazy("One a line. All of them get the same access and permissions."),
        max_length=8192,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    path = PathField()
    access = forms.ChoiceField(
        label=gettext_lazy("Console access"),
        choices=[
            (
                NO_ACCESS,
                tile(gettext_lazy("None – programs only"), gettext_lazy("You can add it later.")),
            ),
            (
                WITH_PASSWORD,
                tile(
                    gettext_lazy("Password – this person signs in here"),
                    gettext_lazy("With a password that you hand over."),
                ),
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whether this person signs in here.")},
    )
    field_order = [
        "name",
        "more_names",
        "path",
        "access",
        "password_kind",
        "password",
        "must_change",
    ]

    def clean_password(self) -> str:
        if self.cleaned_data.get("access") != WITH_PASSWORD:
            return ""
        return super().clean_password()

    def clean_more_names(self) -> str:
        names = self._more()
        for name in names:
            validate_user_name(name)
            if len(name) > UserNameField.MOST:
                raise ValidationError(_("A user name has at most 64 characters: %s") % name)
        everybody = [folded(name) for name in (self.cleaned_data.get("name", ""), *names)]
        twice = [name for name in names if everybody.count(folded(name)) > 1]
        if twice:
            raise ValidationError(_("These names stand here twice: %s") % ", ".join(twice))
        if len(everybody) > MOST_AT_ONCE:
            raise ValidationError(_("Create at most %d users at once.") % MOST_AT_ONCE)
        return "\n".join(names)

    def _more(self) -> list[str]:
        lines = str(self.cleaned_data.get("more_names", "")).splitlines()
        return [line.strip() for line in lines if line.strip()]

    def clean(self) -> dict[str, Any]:
        """One typed password for several people would be known to all of them."""
        if self._more() and self.typed_password():
            self.add_error(
                "password_kind", _("Several users each get a generated password of their own.")
            )
        return self.cleaned_data

    def names(self) -> list[str]:
        return [self.cleaned_data["name"], *self._more()]

    def draft(self) -> dict[str, Any]:
        """What the next steps need to know; the typed password is in it."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "more_names": cleaned["more_names"],
            "names": self.names(),
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
                tile(gettext_lazy("None"), gettext_lazy("The user may do nothing yet.")),
            ),
            (
                ADMINISTRATOR,
                tile(
                    gettext_lazy("Administrator"),
                    gettext_lazy(
                        "Everything in this account: the built-in policy AdministratorAccess."
                    ),
                ),
            ),
            (
                INLINE,
                tile(gettext_lazy("Inline policy"), gettext_lazy("What a JSON document says.")),
            ),
        ],
        initial=NOTHING,
        widget=forms.RadioSelect,
    )
    groups = ChoicesField(required=False)
    arn = ChoicesField(required=False)
    boundary = BoundaryField()
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
