"""Inline policies: a name and a JSON document."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form, fingerprint

EXAMPLE = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "iam:Get*",
      "Resource": "*"
    }
  ]
}"""

_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{1,128}")


def validate_policy_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValidationError(_("Policy names may hold 1 to 128 letters, digits and + = , . @ _ -"))


class PolicyFields(forms.Form):
    """The two fields, for the pages that make an inline policy among other things."""

    policy_name = forms.CharField(
        label=gettext_lazy("Policy name"),
        help_text=gettext_lazy("1 to 128 letters, digits and + = , . @ _ -"),
        max_length=128,
        validators=[validate_policy_name],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    document = forms.CharField(
        label=gettext_lazy("Policy document"),
        help_text=gettext_lazy("JSON in the policy language of AWS."),
        widget=forms.Textarea(attrs={"class": "code", "rows": 18, "spellcheck": "false"}),
    )


class InlinePolicyForm(PolicyFields, Form):
    """Create or edit; `taken` are the names that a new policy may not have.

    `version` is the document that was edited: a save over somebody else's change is refused.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    fields_of = {"MalformedPolicyDocument": "document", "LimitExceeded": "document"}

    def __init__(
        self, *args: Any, taken: list[str] | None = None, document: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._version = fingerprint(document)
        self.fields["document"].initial = document or EXAMPLE
        self.fields["version"].initial = self._version
        self._taken = {name.lower() for name in taken or []}

    def clean_policy_name(self) -> str:
        name: str = self.cleaned_data["policy_name"]
        if name.lower() in self._taken:
            raise ValidationError(_("There is a policy of this name already."))
        return name

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"]
        if version != self._version:
            raise ValidationError(
                _("Somebody changed this policy while you were editing. Open the page again.")
            )
        return version
