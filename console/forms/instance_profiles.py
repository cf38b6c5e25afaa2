"""Instance profiles: name, path, and the role inside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.typed import typed
from console.forms.users import PathField


class RoleInsideForm(Form):
    """The role that machines with this profile use."""

    role = typed(
        gettext_lazy("Role name"),
        gettext_lazy("A machine that has the profile uses this role."),
        max_length=64,
        required=True,
    )

    fields_of = {"NoSuchEntity": "role"}


class NewProfileForm(RoleInsideForm):
    """A new instance profile; without a role it is empty."""

    name = forms.RegexField(
        r"\A[A-Za-z0-9_+=,.@-]+\Z",
        label=gettext_lazy("Instance profile name"),
        help_text=gettext_lazy("1 to 128 letters, digits and + = , . @ _ -"),
        max_length=128,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "invalid": gettext_lazy(
                "Instance profile names may hold letters, digits and + = , . @ _ -"
            )
        },
    )
    path = PathField()

    field_order = ["name", "role", "path"]
    fields_of = {"NoSuchEntity": "role", "EntityAlreadyExists": "name"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].required = False
