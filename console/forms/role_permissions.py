"""The second step of the create-role wizard: what the role may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.forms.attachments import ChoicesField
from console.forms.roles import HOURS, NAME_TAKEN
from console.forms.users import TagsForm


class WhatForm(TagsForm):
    """Policies, boundary, tags and the session limit; there is always a choice."""

    arn = ChoicesField(required=False)
    boundary = forms.CharField(
        label=gettext_lazy("Permissions boundary"),
        help_text=gettext_lazy(
            "The ARN of a policy: whatever other policies allow, it must allow it too."
        ),
        required=False,
        max_length=2048,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    duration = forms.ChoiceField(
        label=gettext_lazy("Session limit"), choices=HOURS, initial=HOURS[0][0]
    )

    sentences = {"EntityAlreadyExists": NAME_TAKEN}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, tags=[], **kwargs)
