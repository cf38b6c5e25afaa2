"""The question of the explain page: can WHO do ACTION on RESOURCE, given these facts?"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.typed import PLAIN, typed
from identity.catalogue import catalogue
from identity.policy.request import Value

MAX_FACTS = 50

_ACTION = re.compile(r"[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}", re.ASCII)


def validate_action(action: str) -> None:
    if not _ACTION.fullmatch(action):
        raise ValidationError(
            _("Enter one action as policies write it, such as iam:ListUsers, without wildcards.")
        )


def read_facts(text: str) -> dict[str, Value]:
    """Condition keys by line; a key that stands on several lines has several values.

    Raises ValidationError for a line that is not `key=value`.
    """
    found: dict[str, tuple[str, ...]] = {}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_FACTS:
        raise ValidationError(_("Enter at most %(most)d lines.") % {"most": MAX_FACTS})
    for line in lines:
        key, sign, value = line.partition("=")
        if not sign or ":" not in key or re.search(r"\s", key.strip()):
            raise ValidationError(
                _("A line reads key=value, such as aws:SourceIp=192.0.2.1. This one does not: %s")
                % line[:80]
            )
        found[key.strip()] = (*found.get(key.strip(), ()), value.strip())
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


class QuestionForm(words.Form):
    """Which action, on what. Sent by GET, so that a question has an address."""

    action = forms.CharField(
        label=gettext_lazy("Action"),
        help_text=gettext_lazy("For example iam:ListUsers or s3:GetObject"),
        max_length=200,
        validators=[validate_action],
        widget=forms.TextInput(attrs=PLAIN),
    )
    resource = typed(
        gettext_lazy("Resource"),
        gettext_lazy("An ARN, or * for what has none"),
        max_length=2048,
        required=True,
    )


class ExplainForm(QuestionForm):
    """With who asks, and from where."""

    field_order = ["who", "action", "resource", "context"]

    who = typed(
        gettext_lazy("Who"),
        gettext_lazy("User name, role/NAME or ARN"),
        max_length=2048,
        required=True,
    )
    context = forms.CharField(
        label=gettext_lazy("Facts of the request"),
        help_text=gettext_lazy("One condition key a line, such as aws:SourceIp=192.0.2.1"),
        max_length=4096,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "code", "spellcheck": "false"}),
    )

    def clean_context(self) -> dict[str, Value]:
        return read_facts(self.cleaned_data["context"])

    def meant(self) -> str:
        """The known action that a valid form's unknown one comes near, or nothing."""
        action = self.cleaned_data["action"]
        known = catalogue()
        return "" if known.action(action) else known.nearest(action) or ""

    def clean(self) -> dict[str, Any]:
        self.cleaned_data.setdefault("context", {})
        return self.cleaned_data
