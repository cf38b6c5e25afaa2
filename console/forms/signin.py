"""The forms of the sign-in pages. Names and ids never change: password managers know them.

They carry no token of their own: sending one twice is just another try, and is counted as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.forms import words
from console.forms.base import Text
from identity import accounts, passkeys
from identity.errors import Throttling

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class EntranceForm(words.Form):
    """`id` equals `name`, and a refusal is one sentence that tells nothing apart."""

    refused: ClassVar[Text] = ""
    wait_seconds = 0

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="%s", **options)
        if self.is_bound:  # then the message on top gets the focus
            for field in self.fields.values():
                field.widget.attrs.pop("autofocus", None)

    def refuse(self) -> None:
        self.add_error(None, str(self.refused))

    def ask_to_wait(self, problem: Throttling) -> None:
        self.wait_seconds = seconds = problem.retry_after
        text = ngettext(
            "Too many tries. Wait %d second before the next one.",
            "Too many tries. Wait %d seconds before the next one.",
            seconds,
        )
        self.add_error(None, text % seconds)


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete})


class AccountForm(EntranceForm):
    """The chooser's one field; an `@` means root."""

    account = forms.CharField(
        label=gettext_lazy("Account ID, alias, or root user e-mail"),
        error_messages={"required": gettext_lazy("Enter an account ID, an alias or an e-mail.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "on",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def clean_account(self) -> str:
        """An ID without its dashes, an alias in lower case, or an e-mail as it was typed."""
        typed = str(self.cleaned_data["account"])
        if "@" in typed:
            return typed
        name = account_name(typed)
        if not name:
            raise ValidationError(
                _("Enter 12 digits, an alias such as example, or the root user's e-mail address.")
            )
        return name


def account_name(typed: str) -> str:
    """What may stand in a sign-in address: 12 digits or the shape of an alias; else ""."""
    digits = typed.strip().replace("-", "")
    if len(digits) == 12 and digits.isascii() and digits.isdigit():
        return digits
    alias = typed.strip().lower()
    return alias if accounts.valid_alias(alias) else ""


class UserForm(EntranceForm):
    refused = gettext_lazy(
        "We could not sign you in. The user name or password is not right for this account. "
        "Check both and try again."
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        error_messages={"required": gettext_lazy("Enter your user name.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, **_PLAIN}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        error_messages={"required": gettext_lazy("Enter your password.")},
        widget=_password("current-password"),
    )


class EmailForm(EntranceForm):
    email = forms.CharField(
        label=gettext_lazy("E-mail address of the account's root user"),
        error_messages={"required": gettext_lazy("Enter the root user's e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class RootForm(EntranceForm):
    refused = gettext_lazy(
        "We could not sign you in. The e-mail address or password is not right. "
        "Check both and try again."
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        error_messages={"required": gettext_lazy("Enter the root user's e-mail address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "username", "readonly": True}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        error_messages={"required": gettext_lazy("Enter your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class DeviceForm(EntranceForm):
    device = forms.ChoiceField(
        label=gettext_lazy("Device"),
        error_messages={
            "required": gettext_lazy("Choose one of your devices."),
            "invalid_choice": gettext_lazy("Choose one of your devices."),
        },
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["device"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class CodeInput(forms.TextInput):
    """A code that is typed in the open but never sent back."""

    def format_value(self, value: Any) -> None:
        return None


def _code_field(label: _StrOrPromise) -> forms.RegexField:
    """Six ASCII digits, and the space in their middle that apps show."""
    return forms.RegexField(
        r"\A[0-9]{3} ?[0-9]{3}\Z",
        label=label,
        error_messages={
            "required": gettext_lazy("Enter the code that the app shows."),
            "invalid": gettext_lazy("The code has six digits, 0 to 9."),
        },
        widget=CodeInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "pattern": "[0-9 ]*",
                "maxlength": "7",
            }
        ),
    )


class CodeForm(EntranceForm):
    refused = gettext_lazy(
        "This code is not right, or it was used before. Wait for the next one and try again."
    )
    code = _code_field(gettext_lazy("Code"))
    code.widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).replace(" ", "")


class TwoCodesForm(CodeForm):
    """For a device whose clock is off: two codes in a row tell by how much."""

    refused = gettext_lazy(
        "These are not two codes in a row of this device. Wait for a new code and enter it, then "
        "the one after it."
    )
    next_code = _code_field(gettext_lazy("The code after it"))

    def clean_next_code(self) -> str:
        return str(self.cleaned_data["next_code"]).replace(" ", "")


class KeyForm(EntranceForm):
    """`credential` is what the browser's own prompt gave, as JSON; nobody types it."""

    refused = gettext_lazy(
        "The key was not accepted. Try again, or use another way to prove that it is you."
    )
    credential = forms.CharField(
        max_length=passkeys.LONGEST_ANSWER,
        error_messages={"required": gettext_lazy("Press the button and follow your browser.")},
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
    )


class RecoveryCodeForm(EntranceForm):
    refused = gettext_lazy("This recovery code is not right, or it was used before.")
    code = forms.CharField(
        label=gettext_lazy("Recovery code"),
        help_text=gettext_lazy("20 letters and digits; dashes and capitals do not matter."),
        error_messages={"required": gettext_lazy("Enter one of your recovery codes.")},
        widget=CodeInput(attrs={"autocomplete": "off", "autofocus": True, **_PLAIN}),
    )


class NewPasswordForm(EntranceForm):
    """`username` is read by password managers only: it says whose password is being changed."""

    new_password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        error_messages={"required": gettext_lazy("Enter a new password.")},
        widget=_password("new-password"),
    )
    again = forms.CharField(
        label=gettext_lazy("Type it again"),
        strip=False,
        error_messages={"required": gettext_lazy("Type the new password again.")},
        widget=_password("new-password"),
    )

    def clean(self) -> dict[str, Any]:
        typed, again = self.cleaned_data.get("new_password"), self.cleaned_data.get("again")
        if typed and again and typed != again:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        return self.cleaned_data
