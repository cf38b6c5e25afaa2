"""The second step of the create-role wizard: what the role may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.attachments import BoundaryField, ChoicesField
from console.forms.base import Form
from console.forms.roles import HOURS, NAME_TAKEN
from console.forms.users import cell

TAG_ROWS = 5


class WhatForm(Form):
    """Policies, boundary, tags and the session limit; there is always a choice."""

    arn = ChoicesField(required=False)
    boundary = BoundaryField()
    duration = forms.ChoiceField(
        label=gettext_lazy("Session limit"), choices=HOURS, initial=HOURS[0][0]
    )

    sentences = {"EntityAlreadyExists": NAME_TAKEN}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, TAG_ROWS + 1):
            self.fields[f"key_{number}"] = cell(_("Key %d") % number, "", 128)
            self.fields[f"value_{number}"] = cell(_("Value %d") % number, "", 256)

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        numbers = range(1, TAG_ROWS + 1)
        return [(self[f"key_{number}"], self[f"value_{number}"]) for number in numbers]

    def clean(self) -> dict[str, Any]:
        self.tags: dict[str, str] = {}
        for number in range(1, TAG_ROWS + 1):
            key = self.cleaned_data.get(f"key_{number}", "")
            value = self.cleaned_data.get(f"value_{number}", "")
            if value and not key:
                self.add_error(f"key_{number}", _("This value has no key."))
            elif key.lower() in map(str.lower, self.tags):
                self.add_error(f"key_{number}", _("This key stands in the list twice."))
            elif key:
                self.tags[key] = value
        return self.cleaned_data
