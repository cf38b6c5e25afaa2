"""User groups: name and path."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.users import PathField

_NAME_TAKEN = gettext_lazy(
    "A group of this name already exists. Names ignore upper and lower case."
)


class GroupNameField(forms.RegexField):
    """1 to 128 characters; the browser neither capitalises nor corrects them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"\A[A-Za-z0-9_+=,.@-]+\Z",
            label=gettext_lazy("Group name"),
            help_text=gettext_lazy("1 to 128 letters, digits and + = , . @ _ -"),
            max_length=128,
            widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            error_messages={
                "invalid": gettext_lazy("Group names may hold letters, digits and + = , . @ _ -")
            },
            **kwargs,
        )


class GroupForm(Form):
    """A new group."""

    name = GroupNameField()
    path = PathField()

    fields_of = {"EntityAlreadyExists": "name"}
    sentences = {"EntityAlreadyExists": _NAME_TAKEN}


class EditGroupForm(GroupForm):
    """Rename and move: a new name, a new path, or both."""
