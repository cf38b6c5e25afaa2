"""Inline policies: a name and a checked document."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.forms.policies import PolicyNameField
from console.forms.policy_documents import EXAMPLE, EditedDocumentForm


class InlinePolicyForm(EditedDocumentForm):
    """Create, or edit the policy `name`; `taken` are the names that a new policy may not have."""

    policy_name = PolicyNameField()
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
        self.edits(document)
        self._taken = {other.lower() for other in taken or []}

    def clean_policy_name(self) -> str:
        name: str = self.cleaned_data["policy_name"]
        if name.lower() in self._taken:
            raise ValidationError(_("There is a policy of this name already."))
        return name
