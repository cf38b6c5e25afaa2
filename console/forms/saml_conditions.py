"""Rows of conditions on what an assertion says: key, operator and value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from console.forms import words
from console.forms.typed import PLAIN
from console.trust_builder import Condition

ROWS = 3
KEYS = (
    *("saml:sub", "saml:sub_type", "saml:iss", "saml:namequalifier", "saml:doc"),
    *("saml:cn", "saml:commonName", "saml:givenName", "saml:surname", "saml:name", "saml:mail"),
    *("saml:uid", "saml:edupersonaffiliation", "saml:edupersonprimaryaffiliation"),
    *("saml:edupersonentitlement", "saml:edupersonprincipalname", "saml:edupersonorgdn"),
)
OPERATORS = ("StringEquals", "StringLike", "StringNotEquals", "StringNotLike")

_NUMBERS = range(1, ROWS + 1)
_PARTS = ("key", "operator", "value")


class SamlConditions(words.Form):
    """What a form gains that has such rows; it adds and checks them when it wants to."""

    def add_conditions(self) -> None:
        for number in _NUMBERS:
            self._add_condition(number)

    def _add_condition(self, number: int) -> None:
        words = {"number": number}
        self.fields[f"key_{number}"] = forms.ChoiceField(
            label=_("Key %(number)d") % words,
            choices=[("", "–"), *((key, key) for key in KEYS)],
            required=False,
        )
        self.fields[f"operator_{number}"] = forms.ChoiceField(
            label=_("Operator %(number)d") % words,
            choices=[(one, one) for one in OPERATORS],
            required=False,
        )
        self.fields[f"value_{number}"] = forms.CharField(
            label=_("Value %(number)d") % words,
            max_length=512,
            required=False,
            widget=forms.TextInput(attrs={**PLAIN, "class": "in"}),
        )

    def condition_rows(self) -> list[tuple[forms.BoundField, ...]]:
        return [tuple(self[f"{part}_{number}"] for part in _PARTS) for number in _NUMBERS]

    def check_conditions(self) -> None:
        """A value without a key, or the other way round, is a slip."""
        for number in _NUMBERS:
            key = self.cleaned_data.get(f"key_{number}")
            value = self.cleaned_data.get(f"value_{number}")
            if bool(key) != bool(value):
                field = f"value_{number}" if key else f"key_{number}"
                self.add_error(field, _("A condition has a key and a value."))


def conditions(given: Mapping[str, Any]) -> list[Condition]:
    """Those rows that have a key."""
    rows = [
        tuple(str(given.get(f"{part}_{number}") or "") for part in _PARTS) for number in _NUMBERS
    ]
    return [(key, operator or OPERATORS[0], value) for key, operator, value in rows if key]
