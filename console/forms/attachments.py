"""Choosing policies for somebody, or people for a policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.typed import PLAIN

MOST_AT_ONCE = 50


class ChoicesField(forms.Field):
    """What was ticked in a table: texts that the API checks, at least one and at most fifty."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        chosen = [str(one) for one in value or []]
        if len(chosen) > MOST_AT_ONCE:
            raise ValidationError(_("Choose at most %d at once.") % MOST_AT_ONCE)
        return list(dict.fromkeys(chosen))


class BoundaryField(forms.CharField):
    """A policy as the boundary of somebody who is not there yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Permissions boundary"),
            help_text=gettext_lazy(
                "The ARN of a policy: whatever other policies allow, it must allow it too."
            ),
            required=False,
            max_length=2048,
            widget=forms.TextInput(attrs=PLAIN),
            **kwargs,
        )


class PickHoldersForm(Form):
    """Users, groups or roles for a policy."""

    name = ChoicesField(error_messages={"required": gettext_lazy("Choose at least one.")})


class PickPoliciesForm(Form):
    """Policies for a user, a group or a role."""

    arn = ChoicesField(error_messages={"required": gettext_lazy("Choose at least one policy.")})


class PickGroupsForm(Form):
    """Groups for a user."""

    name = ChoicesField(error_messages={"required": gettext_lazy("Choose at least one group.")})


class PickUsersForm(Form):
    """Users for a group."""

    name = ChoicesField(error_messages={"required": gettext_lazy("Choose at least one user.")})


class BoundaryForm(Form):
    """The policy that is to be the boundary."""

    arn = forms.CharField(
        label=gettext_lazy("Policy"),
        error_messages={"required": gettext_lazy("Choose the policy that is to be the boundary.")},
    )
