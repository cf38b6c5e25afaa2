"""The forms of one's own credentials: password, authenticator app, recovery codes, access key."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.signin import NewPasswordForm
from identity import passkeys, passwords
from identity.models import User

# What the IAM model allows in a password: tab, line ends, and Latin-1 from the space on.
_PASSWORD = re.compile(r"[\u0009\u000A\u000D\u0020-\u00FF]+")
_DEVICE_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]+")
_CODE_ATTRIBUTES = {
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "pattern": "[0-9 ]*",
    "maxlength": "7",
}


def _present_password() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        error_messages={"required": gettext_lazy("Enter your current password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RuledPasswordForm(NewPasswordForm):
    """As it is typed for `user`: held to the rules before the operation checks them again."""

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self._user = user

    def clean_new_password(self) -> str:
        typed: str = self.cleaned_data["new_password"]
        if not _PASSWORD.fullmatch(typed):
            raise ValidationError(
                _("Passwords may hold letters, digits, symbols and spaces of Latin scripts.")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Every broken rule at once, whatever else is wrong; the operation checks them again."""
        cleaned = super().clean()
        if typed := cleaned.get("new_password"):
            rules = passwords.Rules.for_user(self._user)
            for problem in passwords.problems(rules, self._user, typed):
                self.add_error("new_password", f"{problem}.")
        return cleaned


class ChangePasswordForm(RuledPasswordForm):
    """Sent twice it does no harm: the second time the current password is not right any more."""

    old_password = _present_password()

    field_order = ("old_password", "new_password", "again")


class ProofForm(Form):
    """The current password, asked again before something that outlives this session."""

    password = _present_password()


class DeviceNameField(forms.CharField):
    """The name under which CreateVirtualMFADevice knows the device."""

    def __init__(self, longest: int = 128) -> None:
        super().__init__(
            label=gettext_lazy("Device name"),
            help_text=format_lazy(
                gettext_lazy("1 to {longest} letters, digits and + = , . @ _ -"), longest=longest
            ),
            max_length=longest,
            error_messages={"required": gettext_lazy("Give the device a name.")},
            widget=forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        if not _DEVICE_NAME.fullmatch(value):
            raise ValidationError(
                _("Device names may hold letters, digits and + = , . @ _ - and no spaces.")
            )


class CodeField(forms.CharField):
    """Six digits; apps show a space in the middle, which may be typed."""

    def __init__(self, label: Any, **options: Any) -> None:
        missing = {"required": gettext_lazy("Enter the code that the app shows.")}
        widget = forms.TextInput(attrs=_CODE_ATTRIBUTES)
        super().__init__(label=label, error_messages=missing, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace(" ", "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"[0-9]{6}", value):
            raise ValidationError(_("The code has six digits, 0 to 9."))


class KeyNameForm(Form):
    """A passkey's or security key's name, which its serial number has to hold."""

    name = DeviceNameField(64)


class NewKeyForm(KeyNameForm):
    """`credential` is what the browser's own prompt gave, as JSON; nobody types it."""

    credential = forms.CharField(
        max_length=passkeys.LONGEST_ANSWER,
        error_messages={"required": gettext_lazy("Press the button and follow your browser.")},
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
    )

    def does_not_fit(self) -> None:
        self.add_error(None, _("The key was not accepted. Try again."))


class AuthenticatorForm(Form):
    """`next_code` is asked for only when one code did not fit: the app's clock may be off."""

    name = DeviceNameField()
    code = CodeField(gettext_lazy("Code from the app"))
    next_code = CodeField(
        gettext_lazy("The code after it"),
        required=False,
        help_text=gettext_lazy("Wait until the app shows another code, and enter that one here."),
    )

    fields_of = {"EntityAlreadyExists": "name", "ValidationError": "name"}
    sentences = {
        "EntityAlreadyExists": gettext_lazy(
            "A device of this name already exists in this account. Choose another name."
        ),
    }

    def does_not_fit(self) -> None:
        """Say so at the codes, and ask for two the next time."""
        if self.cleaned_data["next_code"]:
            text = _("These are not two codes in a row of this app. Wait for two new ones.")
        else:
            text = _(
                "This code does not fit. Enter the next one; if the clock of the device may be "
                "off, enter two codes in a row."
            )
        self.add_error("code", text)


class RootKeyForm(Form):
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that this key can do everything in this account"),
        error_messages={"required": gettext_lazy("Tick the box to make a key of the root user.")},
    )
