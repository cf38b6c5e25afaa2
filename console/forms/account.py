"""The account's alias and password policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.edited import EditedFieldsForm
from identity import accounts

DEFAULT, RECOMMENDED, CUSTOM = "default", "recommended", "custom"

RECOMMENDED_POLICY: dict[str, Any] = {
    "MinimumPasswordLength": 14,
    "AllowUsersToChangePassword": True,
}


class AliasForm(Form):
    alias = forms.CharField(
        label=gettext_lazy("Account alias"),
        help_text=gettext_lazy(
            "3 to 63 lower case letters, digits and hyphens; no hyphen first, last or twice in a "
            "row. People see it in the sign-in address."
        ),
        max_length=63,
        error_messages={"required": gettext_lazy("Enter an alias.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    fields_of = {"EntityAlreadyExists": "alias", "ValidationError": "alias"}
    sentences = {
        "EntityAlreadyExists": gettext_lazy("Another account has this alias. Choose another one.")
    }

    def clean_alias(self) -> str:
        alias: str = self.cleaned_data["alias"]
        if not accounts.valid_alias(alias):
            raise ValidationError(
                _(
                    "An alias has 3 to 63 lower case letters, digits and single hyphens inside. It "
                    "is not 12 digits, and not a word of the sign-in addresses."
                )
            )
        return alias


def number(label: Any, hint: Any, least: int, most: int, **options: Any) -> forms.IntegerField:
    """A whole number typed as text: a number field would drop what it cannot read."""
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": _("Enter a whole number."),
            "min_value": _("The least is %(limit_value)s."),
            "max_value": _("The most is %(limit_value)s."),
        },
        **options,
    )


def choice(label: Any, hint: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=hint, required=False)


class PasswordPolicyForm(EditedFieldsForm):
    """A preset, or every member of UpdateAccountPasswordPolicy, which replaces the whole policy."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Policy"),
        choices=[
            (
                DEFAULT,
                gettext_lazy("Default – 8 characters, three of four kinds, no expiry"),
            ),
            (
                RECOMMENDED,
                gettext_lazy("Recommended – 14 characters, no expiry, users may change their own"),
            ),
            (CUSTOM, gettext_lazy("Custom – the fields below")),
        ],
        error_messages={"required": gettext_lazy("Choose a policy.")},
        widget=forms.RadioSelect,
    )
    minimum_length = number(
        gettext_lazy("Minimum length"), gettext_lazy("6 to 128 characters"), 6, 128, initial=8
    )
    require_uppercase = choice(gettext_lazy("At least one upper case letter (A–Z)"))
    require_lowercase = choice(gettext_lazy("At least one lower case letter (a–z)"))
    require_numbers = choice(gettext_lazy("At least one digit (0–9)"))
    require_symbols = choice(gettext_lazy("At least one symbol (! @ # $ % ^ & * and so on)"))
    users_may_change = choice(gettext_lazy("Users may change their own password"))
    max_age = number(
        gettext_lazy("Passwords expire after so many days"),
        gettext_lazy("1 to 1,095. Passwords that are older already expire at once."),
        1,
        1095,
        required=False,
    )
    hard_expiry = choice(
        gettext_lazy("Only an administrator can replace an expired password"),
        gettext_lazy("Make sure that somebody else can let you in again."),
    )
    reuse_prevention = number(
        gettext_lazy("Earlier passwords that cannot be used again"),
        gettext_lazy("1 to 24; empty for no limit"),
        1,
        24,
        required=False,
    )

    check_shows_again = False  # it counts whom the policy makes expire, and shows that

    # Our fields, and the members of the action.
    members = {
        "minimum_length": "MinimumPasswordLength",
        "require_uppercase": "RequireUppercaseCharacters",
        "require_lowercase": "RequireLowercaseCharacters",
        "require_numbers": "RequireNumbers",
        "require_symbols": "RequireSymbols",
        "users_may_change": "AllowUsersToChangePassword",
        "max_age": "MaxPasswordAge",
        "hard_expiry": "HardExpiry",
        "reuse_prevention": "PasswordReusePrevention",
    }

    def __init__(self, data: Any = None, *, policy: dict[str, Any] | None = None) -> None:
        super().__init__(data, now=_initial(policy, self.members))
        if data is not None and data.get("preset") != CUSTOM:
            for name in self.members:  # left alone, whatever stands in them
                self.fields[name].disabled = True

    def compared(self, values: Mapping[str, Any]) -> list[str]:
        """The fields count only where the policy is none of the two that have a name."""
        named = values.get("preset") != CUSTOM
        return ["preset"] if named else super().compared(values)

    def policy(self) -> dict[str, Any] | None:
        """The parameters of UpdateAccountPasswordPolicy; None for the default, which has none."""
        preset = self.cleaned_data["preset"]
        if preset != CUSTOM:
            return RECOMMENDED_POLICY if preset == RECOMMENDED else None
        given = {member: self.cleaned_data[name] for name, member in self.members.items()}
        return {member: value for member, value in given.items() if value is not None}


def _initial(policy: dict[str, Any] | None, members: dict[str, str]) -> dict[str, Any]:
    """What is in force. The recommended policy shows as such, any other as custom."""
    if policy is None:
        return {"preset": DEFAULT}
    told = {member: value for member, value in policy.items() if member != "ExpirePasswords"}
    same = {member: value for member, value in told.items() if value} == RECOMMENDED_POLICY
    values = {name: policy.get(member) for name, member in members.items()}
    return {"preset": RECOMMENDED if same else CUSTOM, **values}
