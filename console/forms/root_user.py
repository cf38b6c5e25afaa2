"""The root user's own forms: the account's name, another e-mail address and its code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from console.forms.base import Form


class AccountNameForm(Form):
    fields_of = {"ValidationError": "name"}

    name = forms.CharField(
        label=gettext_lazy("Account name"),
        help_text=gettext_lazy("1 to 50 printable ASCII characters, without < and >."),
        error_messages={"required": gettext_lazy("Enter a name for the account.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class EmailForm(Form):
    fields_of = {"ValidationError": "email", "EntityAlreadyExists": "email"}

    email = forms.CharField(
        label=gettext_lazy("New e-mail address"),
        help_text=gettext_lazy("5 to 64 characters. You sign in with it."),
        error_messages={"required": gettext_lazy("Enter the new e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class EmailCodeForm(Form):
    fields_of = {"EntityAlreadyExists": "code"}

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six letters and digits, from the message to the new address."),
        max_length=20,
        error_messages={"required": gettext_lazy("Enter the code from the message.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )
