"""What the activity log is searched by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.typed import PLAIN
from console.templatetags.formats import zone_letters

PERIODS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "quarter": timedelta(days=90),
}
DEFAULT_PERIOD = "quarter"


def _text(label: Any, hint: Any = "", **options: Any) -> forms.CharField:
    widget = forms.TextInput(attrs=PLAIN)
    return forms.CharField(label=label, help_text=hint, required=False, widget=widget, **options)


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": gettext_lazy("Enter a moment such as 2026-11-24 14:05.")},
    )


class EventFilterForm(words.Form):
    """Filters of a GET form: what is left empty filters nothing."""

    name = _text(
        gettext_lazy("Event"), gettext_lazy("The whole name, such as CreateUser"), max_length=128
    )
    user = _text(gettext_lazy("User name"), gettext_lazy("root for the root user"), max_length=128)
    resource = _text(
        gettext_lazy("Resource"),
        gettext_lazy("A whole name or ARN; among the newest 20,000 that match the rest"),
        max_length=2048,
    )
    key = _text(gettext_lazy("Access key ID"), gettext_lazy("AKIA… or ASIA…"), max_length=128)
    address = _text(
        gettext_lazy("Source address"), gettext_lazy("The whole address"), max_length=45
    )
    access = forms.ChoiceField(
        label=gettext_lazy("Read or write"),
        required=False,
        choices=[
            ("", gettext_lazy("Both")),
            ("write", gettext_lazy("Changes and sign-ins")),
            ("read", gettext_lazy("Reads")),
        ],
    )
    period = forms.ChoiceField(
        label=gettext_lazy("Time range"),
        choices=[
            ("hour", gettext_lazy("Last hour")),
            ("day", gettext_lazy("Last 24 hours")),
            ("week", gettext_lazy("Last 7 days")),
            ("month", gettext_lazy("Last 30 days")),
            ("quarter", gettext_lazy("Last 90 days")),
            ("all", gettext_lazy("Everything")),
        ],
    )
    since = _moment(gettext_lazy("From"))
    until = _moment(gettext_lazy("To"))
    errors_only = forms.BooleanField(
        label=gettext_lazy("Only what was refused or failed"), required=False
    )

    def __init__(self, query: QueryDict) -> None:
        """Always bound; an address without a range means the last 90 days, and the form says so."""
        data = query.copy()
        data.setdefault("period", DEFAULT_PERIOD)
        super().__init__(data)
        here = zone_letters(timezone.localtime())
        self.fields["since"].help_text = self.fields["until"].help_text = here

    def clean(self) -> dict[str, Any]:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            raise ValidationError(_("The range ends before it begins."))
        return self.cleaned_data

    @property
    def narrows(self) -> bool:
        """Whether anything was asked for besides the default."""
        wanted = self.cleaned_data
        others = [wanted.get(name) for name in self.fields if name != "period"]
        return any(others) or wanted.get("period") != DEFAULT_PERIOD
