"""User groups: name and path."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.attachments import ChoicesField
from console.forms.base import Form
from console.forms.edited import EditedFieldsForm
from console.forms.users import PathField
from identity.models import Group, GroupAttachment, GroupPolicy
from identity.models.user import folded

_NAME_TAKEN = gettext_lazy(
    "A group of this name already exists. Names ignore upper and lower case."
)


class GroupNameField(forms.RegexField):
    """1 to 128 characters; the browser neither capitalises nor corrects them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"\A[A-Za-z0-9_+=,.@-]+\Z",
            label=gettext_lazy("Group name"),
            help_text=gettext_lazy("1 to 128 letters, digits and + = , . @ _ -"),
            max_length=128,
            widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            error_messages={
                "invalid": gettext_lazy("Group names may hold letters, digits and + = , . @ _ -")
            },
            **kwargs,
        )


class GroupFilterForm(words.Form):
    """What the list shows; anything unknown in the address filters nothing."""

    q = forms.CharField(max_length=128, required=False)
    permissions = forms.ChoiceField(
        label=gettext_lazy("Permissions"),
        choices=[
            ("", gettext_lazy("Any")),
            ("some", gettext_lazy("With policies")),
            ("none", gettext_lazy("Without policies")),
        ],
        required=False,
    )

    def narrow(self, groups: QuerySet[Group]) -> QuerySet[Group]:
        self.full_clean()
        given = self.cleaned_data
        if text := given.get("q", "").strip():
            groups = groups.filter(name_folded__under=folded(text))
        if wanted := given.get("permissions"):
            of_this = {"group_id": OuterRef("pk")}
            attached = Exists(GroupAttachment.objects.filter(**of_this))
            inline = Exists(GroupPolicy.objects.filter(**of_this))
            some = Q(attached) | Q(inline)
            groups = groups.filter(some if wanted == "some" else ~some)
        return groups

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())


class GroupForm(Form):
    """Name and path of a group."""

    name = GroupNameField()
    path = PathField()

    fields_of = {"EntityAlreadyExists": "name"}
    sentences = {"EntityAlreadyExists": _NAME_TAKEN}


class NewGroupForm(GroupForm):
    """With those who are in it from the start, and what they may do."""

    user = ChoicesField(required=False)
    arn = ChoicesField(required=False)


class EditGroupForm(EditedFieldsForm, GroupForm):
    """Rename and move: a new name, a new path, or both."""
