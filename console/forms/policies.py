"""Managed policies: filters of the list, a new policy, a new version, whom to attach to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.policy_documents import EXAMPLE, CheckedForm, EditedDocumentForm
from console.forms.users import PathField
from console.policy_list import BUILT_IN, CUSTOM, JOB_FUNCTION
from console.policy_summary import text
from identity.models import ManagedPolicy
from identity.policy import Kind

NAME_HINT = gettext_lazy("1 to 128 letters, digits and + = , . @ _ -")
NAME_TAKEN = gettext_lazy(
    "A policy of this name already exists. Names ignore upper and lower case."
)


class PolicyNameField(forms.RegexField):
    """1 to 128 characters; the browser neither capitalises nor corrects them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"\A[A-Za-z0-9_+=,.@-]+\Z",
            label=gettext_lazy("Policy name"),
            help_text=NAME_HINT,
            max_length=128,
            widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            error_messages={
                "invalid": gettext_lazy(
                    "Policy names may hold 1 to 128 letters, digits and + = , . @ _ -"
                )
            },
            **kwargs,
        )


class PolicyFilterForm(words.Form):
    """What the list shows; anything unknown in the address filters nothing."""

    q = forms.CharField(max_length=700, required=False)
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[
            ("", gettext_lazy("Any")),
            (CUSTOM, gettext_lazy("Custom")),
            (BUILT_IN, gettext_lazy("Built-in")),
            (JOB_FUNCTION, gettext_lazy("Job function")),
        ],
        required=False,
    )
    use = forms.ChoiceField(
        label=gettext_lazy("Use"),
        choices=[
            ("", gettext_lazy("Any")),
            ("attached", gettext_lazy("In use")),
            ("unattached", gettext_lazy("Not in use")),
        ],
        required=False,
    )

    allows = forms.RegexField(
        r"\A[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}\Z",
        label=gettext_lazy("Allows action"),
        required=False,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "placeholder": "iam:PassRole"}
        ),
    )

    def chosen(self) -> dict[str, str]:
        """Text, kind, use and action, as `policy_list.matching` takes them."""
        self.full_clean()
        given = self.cleaned_data
        return {
            "text": given.get("q", ""),
            "kind": given.get("type", ""),
            "use": given.get("use", ""),
            "allows": given.get("allows", ""),
        }


class CreatePolicyForm(CheckedForm):
    """A new managed policy."""

    document_kind = Kind.MANAGED

    policy_name = PolicyNameField()
    description = forms.CharField(
        label=gettext_lazy("Description"),
        help_text=gettext_lazy("At most 1,000 characters. It cannot be changed later."),
        max_length=1000,
        required=False,
    )
    path = PathField()
    field_order = ["policy_name", "description", "path", "document", "accepted"]

    fields_of = {**CheckedForm.fields_of, "EntityAlreadyExists": "policy_name"}
    sentences = {"EntityAlreadyExists": NAME_TAKEN}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].initial = EXAMPLE


class EditPolicyForm(EditedDocumentForm):
    """A new version of a policy, in place of the one that decides.

    What would change is read before it is saved. With all versions in use, `remove` says which one
    makes room.
    """

    document_kind = Kind.MANAGED

    make_default = forms.BooleanField(
        label=gettext_lazy("Make it the default"),
        help_text=gettext_lazy("The default version is the one that decides, at once."),
        required=False,
    )
    remove = forms.ChoiceField(
        label=gettext_lazy("Version to remove"),
        help_text=gettext_lazy("A policy has at most five versions. The default one stays."),
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, policy: ManagedPolicy, removable: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        default = policy.default_version
        state = (policy.newest, str(default))
        self.edits(text(default.document) if default else "", state)
        choice = self.fields["remove"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = removable
        choice.initial = removable[-1][0] if removable else None
        if not removable:
            del self.fields["remove"]

    def clean(self) -> dict[str, Any]:
        """Another press saves the very text whose changes were on the page."""
        super().clean()
        if self.report and not self.errors and not self.accepts(self.report):
            raise ValidationError(_("Read below what would change, then save."))
        return self.cleaned_data


class CheckPolicyForm(CheckedForm):
    """The check alone, for a text of whatever kind."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the policy is for"),
        choices=[
            (Kind.MANAGED.value, gettext_lazy("Users, groups and roles")),
            (Kind.TRUST.value, gettext_lazy("Trust policy of a role")),
            (Kind.RESOURCE.value, gettext_lazy("A resource")),
            (Kind.SESSION.value, gettext_lazy("A session")),
        ],
        initial=Kind.MANAGED.value,
    )

    def __init__(self, *args: Any, kind_of_document: Kind, **kwargs: Any) -> None:
        self.document_kind = kind_of_document
        super().__init__(*args, **kwargs)
