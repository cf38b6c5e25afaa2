"""The forms of the first run."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import setup_token
from console.forms import words
from console.forms.base import Form
from identity import accounts

_NEW_PASSWORD = {
    "autocomplete": "new-password",
    "passwordrules": "minlength: 8; maxlength: 128; required: upper; required: lower; "
    "required: digit;",
}


class TokenForm(words.Form):
    token = forms.CharField(
        label=gettext_lazy("Setup token"),
        error_messages={"required": gettext_lazy("Enter the setup token.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_token(self) -> str:
        given = str(self.cleaned_data["token"])
        if not setup_token.matches(given):
            raise ValidationError(_("This is not the setup token of this server."))
        return given


class FirstAccountForm(Form):
    """The account, its root user, and what to make besides."""

    fields_of = {"PasswordPolicyViolation": "password"}

    name = forms.CharField(
        label=gettext_lazy("Account name"),
        help_text=gettext_lazy("1 to 50 printable ASCII characters, without < and >."),
        error_messages={"required": gettext_lazy("Enter a name for the account.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    alias = forms.CharField(
        label=gettext_lazy("Account alias"),
        help_text=gettext_lazy(
            "3 to 63 lower case letters, digits and single hyphens. Users sign in at an address "
            "that ends in it; without one, in the account's number."
        ),
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Root user e-mail"),
        help_text=gettext_lazy("The root user owns the account and may do everything in it."),
        error_messages={"required": gettext_lazy("Enter the root user's e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Root user password"),
        help_text=gettext_lazy(
            "8 to 128 characters, with three of these: upper case letters, lower case letters, "
            "digits, symbols."
        ),
        strip=False,
        error_messages={"required": gettext_lazy("Enter a password.")},
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
    )
    again = forms.CharField(
        label=gettext_lazy("Type it again"),
        strip=False,
        error_messages={"required": gettext_lazy("Type the password again.")},
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
    )
    administrator = forms.BooleanField(
        label=gettext_lazy("Create an administrator user now"),
        help_text=gettext_lazy("Named admin, with a password that is shown once."),
        required=False,
        initial=True,
    )
    demonstration = forms.BooleanField(
        label=gettext_lazy("Load demonstration data"),
        help_text=gettext_lazy("A second account with people and workloads to look around in."),
        required=False,
    )

    def clean_alias(self) -> str:
        alias = str(self.cleaned_data["alias"])
        if alias and not accounts.valid_alias(alias):
            raise ValidationError(
                _("Use 3 to 63 lower case letters, digits and single hyphens, such as example-2.")
            )
        return alias

    def clean(self) -> dict[str, Any]:
        typed, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if typed and again and typed != again:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        return self.cleaned_data
