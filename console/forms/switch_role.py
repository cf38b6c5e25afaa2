"""Which role to switch to, and how to show it while it is in use."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.colours import COLOURS, named
from console.forms import words
from console.forms.typed import PLAIN
from console.templatetags.formats import account_id
from identity import arns
from identity.models import Account

_NO_ACCOUNT = "000000000000"
"""Stands in for the ID of an alias that nobody has: a role in it is refused like any other."""

_ROLE = re.compile(r"/?([!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)


class SwitchRoleForm(words.Form):
    """Not the usual form of ours: switching twice to the same role is the same role."""

    account = forms.CharField(
        label=gettext_lazy("Account ID or alias"),
        help_text=gettext_lazy("The account that the role belongs to."),
        max_length=64,
        error_messages={"required": gettext_lazy("Enter the ID or alias of the account.")},
        widget=forms.TextInput(attrs=PLAIN),
    )
    role = forms.CharField(
        label=gettext_lazy("Role name"),
        help_text=gettext_lazy("With its path if it has one, for example staff/Auditor."),
        max_length=576,
        error_messages={"required": gettext_lazy("Enter the name of the role.")},
        widget=forms.TextInput(attrs=PLAIN),
    )
    label = forms.CharField(
        label=gettext_lazy("Display name"),
        help_text=gettext_lazy("What you call it here."),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
    )
    colour = forms.ChoiceField(
        label=gettext_lazy("Colour"), choices=COLOURS, required=False, widget=forms.Select
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as Django's own
        self.initial["colour"] = named(str(self.initial.get("colour", "")))

    def clean_account(self) -> str:
        """12 digits, with or without hyphens, or an alias."""
        text: str = self.cleaned_data["account"].strip()
        digits = text.replace("-", "").replace(" ", "")
        return digits if re.fullmatch(r"[0-9]{12}", digits, re.ASCII) else text.lower()

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"].strip()
        if not _ROLE.fullmatch(role):
            raise ValidationError(
                _("Role names may hold letters, digits and + = , . @ _ -, after a path.")
            )
        return role.removeprefix("/")

    def role_arn(self) -> str:
        """Of whatever was typed, whether or not there is such an account or role."""
        account = self.cleaned_data["account"]
        if not re.fullmatch(r"[0-9]{12}", account, re.ASCII):
            found = Account.objects.at(account).first()
            account = found.pk if found else _NO_ACCOUNT
        return arns.iam(account, "role", self.cleaned_data["role"])

    def default_label(self) -> str:
        """`Auditor @ example`, or `Auditor @ 1234-5678-9012` where the account has no alias.

        For who has switched to the role: it tells the alias of an account.
        """
        name, account = self.cleaned_data["role"].rpartition("/")[2], self.cleaned_data["account"]
        found = Account.objects.filter(pk=account).first()
        return f"{name} @ {(found and found.alias) or account_id(account)}"[:128]

    def chosen_colour(self) -> str:
        return named(self.cleaned_data["colour"])
