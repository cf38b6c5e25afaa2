"""How the console looks and tells the time; and which columns a table shows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console import preferences
from console.forms.base import Form
from console.tables import Table

_ANOTHER = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


def _radio(label: Any, choices: list[tuple[str, Any]], hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages=_ANOTHER,
    )


class PreferencesForm(Form):
    theme = _radio(
        _("Theme"),
        [("system", _("As the system has it")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    density = _radio(
        _("Density"),
        [("comfortable", _("Comfortable")), ("compact", _("Compact – more rows on a screen"))],
    )
    language = forms.ChoiceField(
        label=_("Language"),
        help_text=_("Of the console and the sign-in pages. The API speaks English."),
        choices=[("browser", _("As the browser asks for")), *settings.LANGUAGES],
        error_messages=_ANOTHER,
    )
    zone = forms.CharField(
        label=_("Time zone"),
        help_text=_("UTC, or a place such as Europe/Berlin. Files to download stay in UTC."),
        max_length=64,
        error_messages={"required": _("Enter a time zone.")},
        widget=forms.TextInput(
            attrs={
                "list": "zones",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    dates = _radio(
        _("Times in lists"),
        [("relative", _("Relative – 2 hours ago")), ("absolute", _("Absolute – with the date"))],
    )
    page_size = forms.TypedChoiceField(
        label=_("Rows of a list"),
        choices=[(size, str(size)) for size in preferences.PAGE_SIZES],
        coerce=int,
        error_messages=_ANOTHER,
    )
    home = forms.ChoiceField(
        label=_("Home page"),
        help_text=_("Where signing in leads to, unless you asked for another page."),
        choices=[
            ("home", _("Home")),
            ("dashboard", _("Identity & access dashboard")),
            ("users", _("Users")),
            ("roles", _("Roles")),
            ("policies", _("Policies")),
            ("activity", _("Activity")),
            ("me", _("My security credentials")),
        ],
        error_messages=_ANOTHER,
    )
    shortcuts = _radio(
        _("Keyboard shortcuts"),
        [
            ("none", _("None")),
            ("search", _("Only / for the search")),
            ("all", _("All – ? shows which there are")),
        ],
    )

    def __init__(self, data: Any, now: preferences.Preferences) -> None:
        names = ("density", "dates", "page_size", "home", "shortcuts")
        initial = {name: getattr(now, name) for name in names}
        super().__init__(
            data,
            initial=initial
            | {
                "theme": now.theme or "system",
                "language": now.language or "browser",
                "zone": now.zone or "UTC",
            },
        )

    def clean_zone(self) -> str:
        """In the spelling that the database of time zones has."""
        typed = self.cleaned_data["zone"].strip().replace(" ", "_").lower()
        for zone in preferences.zones():
            if zone.lower() == typed:
                return zone
        raise forms.ValidationError(_("There is no such time zone. Choose one from the list."))

    def chosen(self) -> dict[str, Any]:
        """The values by their names in Preferences."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "form_token"}
        return given | {
            "theme": "" if given["theme"] == "system" else given["theme"],
            "language": "" if given["language"] == "browser" else given["language"],
        }


class ColumnsForm(Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns besides the name"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, table: Table, shown: tuple[str, ...]) -> None:
        super().__init__(data, initial={"columns": shown})
        field = self.fields["columns"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(column.key, column.label) for column in table.columns]
