"""Forms about what others may change meanwhile: nobody's change is lost without being seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from console.forms.base import Form, fingerprint


@dataclass(frozen=True, slots=True)
class Conflict:
    """The same thing as text, three times. `version` is what the form says when it is sent again
    in the knowledge of what is there now."""

    opened: str
    now: str
    mine: str
    version: str


def version_of(now: str, state: object = "") -> str:
    """What the hidden field of a page says that is opened while this is there."""
    return json.dumps([fingerprint((now, state)), now])


class EditedForm(Form):
    """Its hidden `version` says what was there when the page was opened, and is what is there now.

    Otherwise the form is refused with a `conflict`, which `responses.page` shows.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    conflict: Conflict | None = None

    def edits(self, now: str, state: object = "") -> None:
        """What is edited, as it is now; `state` is what else must not have changed."""
        self._now, self._state = now, fingerprint((now, state))
        self.fields["version"].initial = self._version = version_of(now, state)

    def mine(self) -> str:
        """What was typed, in the form in which `edits` was told what is there."""
        raise NotImplementedError

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"]
        state, opened = _read(version)
        if state != self._state:
            self.conflict = Conflict(opened, self._now, self.mine(), self._version)
            raise ValidationError(_("Somebody changed this while you were editing."))
        return version


class EditedFieldsForm(EditedForm):
    """A form that saves all of its plain fields: compared as a list of them.

    `now` is what is there; `check` among what was sent means that it is to be looked at once more,
    where the form has no other use for it (`check_shows_again`).
    """

    check_shows_again = True

    def __init__(self, data: QueryDict | None, *, now: Mapping[str, Any]) -> None:
        again = data is not None and "check" in data and self.check_shows_again
        typed = data.dict() if data is not None and again else {}
        super().__init__(None if again else data, initial={**now, **typed})
        self.edits(self.told(now))

    def mine(self) -> str:
        data = self.data
        typed = {
            name: field.widget.value_from_datadict(data, MultiValueDict(), name)
            for name, field in self.fields.items()
        }
        return self.told(typed)

    def told(self, values: Mapping[str, Any]) -> str:
        """A line for each field that a person sees."""
        return "\n".join(
            f"{self.fields[name].label}: {_words(self.fields[name], values.get(name))}"
            for name in self.compared(values)
        )

    def compared(self, values: Mapping[str, Any]) -> list[str]:
        return [name for name, field in self.fields.items() if not field.widget.is_hidden]


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ChoiceField):
        labels: dict[Any, Any] = dict(field.widget.choices)
        return str(labels.get(value, value))
    empty = getattr(field, "empty_value", "")
    return str(empty if value in (None, "") else value).strip()


def _read(version: Any) -> tuple[str, str]:
    """Of what no page of ours has written nothing is known."""
    try:
        state, opened = json.loads(version)
    except (TypeError, ValueError):
        return "", ""
    return str(state), str(opened)
