"""What can be chosen at the demonstrations: what the directory says, and what goes wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from console.demo import saml
from console.forms import words

FAULTS = (
    ("", _("Nothing: a response as it should be")),
    (saml.EXPIRED, _("It is two hours old")),
    (saml.WRONG_AUDIENCE, _("It is meant for somebody else")),
    (saml.UNSIGNED, _("It is not signed")),
    (saml.FOREIGN_KEY, _("It is signed with a key that is not in the metadata")),
    (saml.UNKNOWN_ROLE, _("It names a role that does not exist")),
)
DURATIONS = (
    ("900", _("15 minutes")),
    ("3600", _("1 hour")),
    ("28800", _("8 hours")),
    ("43200", _("12 hours")),
)


class ResponseForm(words.Form):
    """What the directory is to say of its person."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With several roles the console asks which one to take."),
        error_messages={"required": _("Choose at least one role.")},
    )
    tags = forms.RegexField(
        r"\A(?:[\w.-]{1,64}=[\w .@-]{1,128}(?:\r?\n)?)*\Z",
        label=_("Session tags"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("One a line, as department=engineering."),
        error_messages={"invalid": _("Write each tag as key=value, on a line of its own.")},
    )
    seconds = forms.ChoiceField(label=_("Session length"), choices=DURATIONS, initial="3600")
    source_identity = forms.RegexField(
        r"\A[\w+=,.@-]{2,64}\Z",
        label=_("Source identity"),
        required=False,
        error_messages={"invalid": _("2 to 64 letters, digits and + = , . @ - _")},
    )
    fault = forms.ChoiceField(label=_("What is wrong with it"), choices=FAULTS, required=False)

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(role, role) for role in roles]

    def tag_pairs(self) -> dict[str, str]:
        lines = self.cleaned_data["tags"].splitlines()
        return dict(line.split("=", 1) for line in lines if line)
