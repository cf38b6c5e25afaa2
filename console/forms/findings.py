"""Access findings: what the list is narrowed by, and the rules that archive."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.typed import PLAIN
from identity.models.finding import Kind

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_KINDS = [("", gettext_lazy("Any")), *Kind.choices]


class ArchiveRuleForm(Form):
    """At least one thing must be said, or everything would be archived."""

    name = forms.CharField(
        label=gettext_lazy("Rule name"),
        help_text=gettext_lazy("A letter, then letters, digits and _ . -"),
        max_length=64,
        widget=forms.TextInput(attrs=PLAIN),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Finding"), choices=_KINDS, required=False)
    resource = forms.CharField(
        label=gettext_lazy("Resource"),
        help_text=gettext_lazy("The beginning of an ARN"),
        max_length=2048,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
    )
    principal = forms.CharField(
        label=gettext_lazy("Outside principal"),
        help_text=gettext_lazy("As the finding shows it"),
        max_length=2048,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not _NAME.fullmatch(name):
            raise ValidationError(
                _("Rule names begin with a letter and hold letters, digits and _ . -")
            )
        return name

    def clean(self) -> dict[str, Any]:
        said = (self.cleaned_data.get(name) for name in ("kind", "resource", "principal"))
        if not any(said):
            raise ValidationError(_("Say which findings: a kind, a resource or a principal."))
        return self.cleaned_data
