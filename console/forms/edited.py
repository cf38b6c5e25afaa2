"""Forms about what others may change meanwhile: nobody's change is lost without being seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
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


class EditedForm(Form):
    """Its hidden `version` says what was there when the page was opened, and is what is there now.

    Otherwise the form is refused with a `conflict`, which `responses.page` shows.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    conflict: Conflict | None = None

    def edits(self, now: str, state: object = "") -> None:
        """What is edited, as it is now; `state` is what else must not have changed."""
        self._now, self._state = now, fingerprint((now, state))
        self.fields["version"].initial = self._version = json.dumps([self._state, now])

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


def _read(version: Any) -> tuple[str, str]:
    """Of what no page of ours has written nothing is known."""
    try:
        state, opened = json.loads(version)
    except (TypeError, ValueError):
        return "", ""
    return str(state), str(opened)
