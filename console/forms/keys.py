"""Access keys: what they are called, and the steps of a rotation."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.users import ConfirmForm

_TAG_VALUE = re.compile(r"[\w \t.:/=+\-@]*")


class DescriptionField(forms.CharField):
    """The characters that the value of a tag may have."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Description"),
            help_text=gettext_lazy("Which program uses it, for example laptop or nightly backup."),
            max_length=256,
            required=False,
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not _TAG_VALUE.fullmatch(text):
            raise ValidationError(
                _("Descriptions may hold letters, digits, spaces and _ . : / = + - @")
            )
        return text


class KeyForm(Form):
    """A new key, or the description of one that is there."""

    description = DescriptionField()


class LastStepForm(ConfirmForm):
    """The end of a rotation: four characters typed, and a tick for a key that is still in use."""

    despite = forms.BooleanField(
        label=gettext_lazy("Delete it although it was used in the last 24 hours"), required=False
    )

    def __init__(self, *args: Any, used: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.used = used
        if not used:
            del self.fields["despite"]

    def clean_despite(self) -> bool:
        if not self.cleaned_data["despite"]:
            raise ValidationError(self.used)
        return True
