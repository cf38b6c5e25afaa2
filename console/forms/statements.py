"""A card of the visual editor: one statement of a policy as fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.typed import PLAIN
from console.statements import Card, Line
from identity.catalogue import catalogue
from identity.policy.summary import LEVELS

LEVEL_LABELS = {
    "List": gettext_lazy("List"),
    "Read": gettext_lazy("Read"),
    "Write": gettext_lazy("Write"),
    "Permissions management": gettext_lazy("Permissions"),
    "Tagging": gettext_lazy("Tagging"),
}


class LinesField(forms.CharField):
    """Texts, one a line; how a browser ends its lines changes nothing."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={**PLAIN, "class": "code", "rows": rows})
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> Any:
        given = value if isinstance(value, str) else "\n".join(value or ())
        return [line.strip() for line in given.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(value or ())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != self.to_python(initial))


class StatementForm(words.Form):
    """The fields of a card; `has_changed` says whether its reader touched it."""

    use_required_attribute = False

    effect = forms.ChoiceField(
        label=gettext_lazy("Effect"),
        choices=[("Allow", gettext_lazy("Allow")), ("Deny", gettext_lazy("Deny"))],
        widget=forms.RadioSelect,
    )
    service = forms.CharField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("Its prefix, such as iam; * means all services."),
        required=False,
        widget=forms.TextInput(attrs={**PLAIN, "list": "services"}),
    )
    more = LinesField(
        label=gettext_lazy("Other actions"),
        help_text=gettext_lazy("One a line; * and ? stand for any letters, as in iam:Get*."),
        rows=2,
    )
    resources = LinesField(
        label=gettext_lazy("Resources"),
        help_text=gettext_lazy("ARNs, one a line; * means all."),
        rows=2,
    )

    def __init__(self, *args: Any, number: int, card: Card, **kwargs: Any) -> None:
        self.number, self.before = number, card
        kwargs["prefix"] = f"s{number}"
        super().__init__(*args, **kwargs)
        self._levels = list(self._add_actions(card))
        known = {name for _label, _field, names in self._levels for name in names}
        self._lines = len(card.conditions) + 1
        self.initial = {
            "effect": card.effect,
            "service": card.service,
            "more": [one for one in card.actions if one not in known],
            "resources": list(card.resources),
            **{
                field: [one for one in card.actions if one in names]
                for _label, field, names in self._levels
            },
        }
        for number_of_line in range(self._lines):
            self._add_condition(number_of_line, card)

    def _add_actions(self, card: Card) -> Iterator[tuple[Any, str, list[str]]]:
        """A group of boxes for each access level of a service that the catalogue describes."""
        service = catalogue().services.get(card.service)
        if service is None or not service.described:
            return
        every = f"{service.prefix}:*"
        yield self._boxes("every", gettext_lazy("All"), [(every, gettext_lazy("All actions"))])
        for level in LEVELS:
            actions = [one.name for one in service.actions.values() if one.access_level == level]
            choices: list[tuple[str, Any]] = [(f"{service.prefix}:{one}", one) for one in actions]
            if choices:
                field = "level_" + level.partition(" ")[0].lower()
                yield self._boxes(field, LEVEL_LABELS[level], sorted(choices))

    def _boxes(
        self, field: str, label: Any, choices: list[tuple[str, Any]]
    ) -> tuple[Any, str, list[str]]:
        self.fields[field] = forms.MultipleChoiceField(
            label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )
        return label, field, [name for name, _label in choices]

    def _add_condition(self, number: int, card: Card) -> None:
        line = card.conditions[number] if number < len(card.conditions) else Line("", "", ())
        texts = {
            "operator": (gettext_lazy("Operator"), "operators"),
            "key": (gettext_lazy("Condition key"), "condition-keys"),
        }
        for part, (label, listed) in texts.items():
            widget = forms.TextInput(attrs={**PLAIN, "list": listed})
            self.fields[f"{part}_{number}"] = forms.CharField(
                label=label, required=False, widget=widget
            )
            self.initial[f"{part}_{number}"] = getattr(line, part)
        self.fields[f"values_{number}"] = LinesField(label=gettext_lazy("Values"), rows=1)
        self.initial[f"values_{number}"] = list(line.values)

    # --- for the page ----------------------------------------------------------------------------

    @property
    def levels(self) -> list[tuple[forms.BoundField, int]]:
        """The groups of boxes, each with how many are ticked."""
        return [(self[field], len(self.initial[field])) for _label, field, _names in self._levels]

    @property
    def conditions(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (self[f"operator_{n}"], self[f"key_{n}"], self[f"values_{n}"])
            for n in range(self._lines)
        ]

    # --- for the text ----------------------------------------------------------------------------

    def card(self) -> Card:
        """What the fields say. Actions of a service that was left are left behind."""
        given = self.cleaned_data
        ticked = [name for _l, field, _n in self._levels for name in given.get(field, [])]
        service = given["service"].strip().rstrip(":").lower()
        actions = [*ticked, *given["more"]]
        if service != self.before.service:
            actions = [one for one in actions if one.lower().startswith(f"{service}:")]
            actions = actions or ([] if service in ("", "*") else [f"{service}:*"])
        if service == "*" and not actions:
            actions = ["*"]
        return Card(
            given.get("effect") or self.before.effect,
            service,
            tuple(dict.fromkeys(self._in_order(actions))),
            tuple(dict.fromkeys(given["resources"])) or ("*",),
            tuple(self._lines_of(given)),
            self.before.sid,
        )

    def _in_order(self, actions: list[str]) -> list[str]:
        """Those that stood there before in their order, then the new ones."""
        stayed = [one for one in self.before.actions if one in actions]
        return [*stayed, *actions]

    def _lines_of(self, given: dict[str, Any]) -> Iterator[Line]:
        for number in range(self._lines):
            operator, key = given[f"operator_{number}"].strip(), given[f"key_{number}"].strip()
            if operator and key:
                yield Line(operator, key, tuple(given[f"values_{number}"]))
