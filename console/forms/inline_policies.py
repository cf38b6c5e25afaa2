"""Inline policies: a name and a checked document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.forms.base import fingerprint
from console.forms.policies import PolicyNameField
from console.forms.policy_documents import EXAMPLE, CheckedForm


class InlinePolicyForm(CheckedForm):
    """Create, or edit the policy `name`; `taken` are the names that a new policy may not have.

    `version` is the document that was edited: a save over somebody else's change is refused.
    """

    policy_name = PolicyNameField()
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ["policy_name", "document", "accepted", "version"]

    def __init__(
        self,
        *args: Any,
        limit: int,
        taken: list[str] | None = None,
        document: str = "",
        name: str = "",
        **kwargs: Any,
    ) -> None:
        self.size_limit = limit
        initial = {"document": document or EXAMPLE, "policy_name": name}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["policy_name"].disabled = bool(name)
        self._version = fingerprint(document)
        self.fields["version"].initial = self._version
        self._taken = {other.lower() for other in taken or []}

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
