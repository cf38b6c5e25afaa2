"""What the policy simulator is asked: who, which policies, actions, resources, context."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.statements import LEVEL_LABELS
from console.forms.typed import PLAIN
from identity.catalogue import catalogue
from identity.policy.summary import LEVELS

MOST_ACTIONS, MOST_RESOURCES = 100, 20
PASTED = "policies"

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_TYPES = {"Bool": "boolean", "Date": "date", "IPAddress": "ip", "Numeric": "numeric"}


def _area(label: Any, hint: Any, rows: int, *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={**PLAIN, "class": "code", "rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, widget=widget)


class SimulatorForm(words.Form):
    """A form that reads only: an address with its fields is a permalink."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Whose policies"),
        choices=[
            ("user", gettext_lazy("A user, with the groups")),
            ("group", gettext_lazy("A user group")),
            ("role", gettext_lazy("A role")),
            (PASTED, gettext_lazy("Only the policy below")),
        ],
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Of the user, the group or the role"),
        required=False,
        max_length=128,
        widget=forms.TextInput(attrs=PLAIN),
    )
    policy = _area(
        gettext_lazy("Extra policy"), gettext_lazy("JSON; counts as if it were attached."), 6
    )
    boundary = _area(
        gettext_lazy("Permissions boundary"),
        gettext_lazy("JSON; replaces the one that is attached."),
        3,
    )
    scp = _area(
        gettext_lazy("Guardrail (SCP)"),
        gettext_lazy("JSON; a cap over the pasted policy."),
        3,
    )
    actions = _area(
        gettext_lazy("Actions"),
        gettext_lazy("One a line, such as iam:GetUser; at most 100"),
        4,
        required=True,
    )
    service = forms.CharField(
        label=gettext_lazy("Pick actions of a service"),
        help_text=gettext_lazy("Its prefix, such as iam"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={**PLAIN, "list": "services"}),
    )
    asked_of = forms.CharField(required=False, max_length=140, widget=forms.HiddenInput)
    resources = _area(
        gettext_lazy("Resources"), gettext_lazy("ARNs, one a line, at most 20; * if none"), 3
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._add_actions(str(self["service"].value() or "").strip().rstrip(":"))

    def _add_actions(self, prefix: str) -> None:
        """Boxes for the actions of the service, by access level where that is known."""
        service = catalogue().services.get(prefix.lower())
        levels: dict[str, list[tuple[str, str]]] = {}
        for one in service.actions.values() if service else ():
            name = f"{service.prefix}:{one.name}" if service else ""
            levels.setdefault(one.access_level or "", []).append((name, one.name))
        for level in sorted(levels, key=[*LEVELS, ""].index):
            self.fields[f"{_PICK}{level.partition(' ')[0].lower()}"] = forms.MultipleChoiceField(
                label=LEVEL_LABELS.get(level, gettext_lazy("Actions")),
                choices=sorted(levels[level]),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def action_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_PICK)]

    def choose_from(self, choices: list[tuple[str, str]], whose: str) -> None:
        """Offer the policies of whoever is simulated, all chosen until some are taken out."""
        every = [key for key, _label in choices]
        sent = self._sent.copy()
        chosen = sent.getlist("include") if self._is_of(whose) else every
        self.fields["include"] = forms.MultipleChoiceField(
            label=gettext_lazy("Policies to include"),
            choices=choices,
            required=False,
            initial=chosen,
            widget=forms.CheckboxSelectMultiple,
        )
        sent.setlist("include", chosen)
        sent["asked_of"] = whose
        self.data = sent

    @property
    def _sent(self) -> MultiValueDict[str, str]:
        assert isinstance(self.data, MultiValueDict)
        return self.data

    def _is_of(self, whose: str) -> bool:
        """Whether the boxes that were sent are those of the same user, group or role."""
        return bool(self.data.get("asked_of") == whose)

    def left_out(self, choices: list[tuple[str, str]], whose: str) -> list[str]:
        """The keys of the policies whose boxes were emptied."""
        kept = self._sent.getlist("include")
        return [key for key, _label in choices if key not in kept] if self._is_of(whose) else []

    def clean_actions(self) -> list[str]:
        found: list[str] = self.cleaned_data["actions"].split()
        if len(found) > MOST_ACTIONS:
            raise ValidationError(_("Enter at most 100 actions."))
        return found

    def clean_resources(self) -> list[str]:
        found: list[str] = self.cleaned_data["resources"].split()
        if len(found) > MOST_RESOURCES:
            raise ValidationError(_("Enter at most 20 resources."))
        return found

    def clean(self) -> dict[str, Any]:
        kind, name = self.cleaned_data.get("kind"), self.cleaned_data.get("name", "")
        if kind == PASTED:
            if not self.cleaned_data.get("policy"):
                self.add_error("policy", _("Enter a policy, or choose whose policies to simulate."))
        elif self.cleaned_data.get("scp"):
            self.add_error("scp", _("A guardrail can be tried with pasted policies only."))
        elif not _NAME.fullmatch(name):
            self.add_error("name", _("Enter the name of a user, a group or a role."))
        return self.cleaned_data

    def offer(self, keys: Iterable[str], *, needed: bool = False) -> None:
        """Add a field for each context key; those that are `needed` say so."""
        for key in keys:
            hint = _type_words(value_type(key))
            if needed:
                hint = _("Needed: a policy asks for it. %(type)s") % {"type": hint}
            self.fields[_field(key)] = forms.CharField(
                label=key, help_text=hint, required=False, widget=forms.TextInput(attrs=PLAIN)
            )

    @property
    def context_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(_PREFIX)]

    def entry(self, key: str) -> dict[str, Any] | None:
        """The context entry for a key that was given a value."""
        given = str(self.data.get(_field(key), "")).strip()
        if not given:
            return None
        kind = value_type(key)
        several = [one.strip() for one in given.split(",")] if kind.endswith("List") else [given]
        return {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": several}


_PREFIX = "context."
_PICK = "pick_"


def with_picked(sent: QueryDict) -> QueryDict:
    """What was sent, with the actions whose boxes were ticked among those that were typed."""
    given = sent.copy()
    picked = [one for name in sent if name.startswith(_PICK) for one in sent.getlist(name)]
    for name in list(given):
        if name.startswith(_PICK):
            del given[name]
    if picked:
        typed = given.get("actions", "").split()
        given["actions"] = "\n".join(dict.fromkeys([*typed, *picked]))
    return given


def _field(key: str) -> str:
    """A name without spaces, for it becomes part of an id."""
    return _PREFIX + quote(key, safe=":/")


def value_type(key: str) -> str:
    """The ContextKeyType of a key, as far as the catalogue knows it."""
    known = catalogue().condition_key(key)
    if known is None:
        return "string"
    return _TYPES.get(known.type, "string") + ("List" if known.multivalued else "")


def _type_words(kind: str) -> str:
    words = {
        "boolean": _("true or false"),
        "date": _("A date such as 2026-11-24T14:05:00Z"),
        "ip": _("An address such as 192.0.2.7"),
        "numeric": _("A number"),
    }
    said = words.get(kind.removesuffix("List"), _("A text"))
    return (
        _("%(type)s; several with commas between them") % {"type": said} if "List" in kind else said
    )
