"""Roles: who may use them, for how long, and their trust policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from console.forms import words
from console.forms.edited import EditedFieldsForm
from console.forms.policy_documents import EditedDocumentForm
from console.templatetags.formats import duration
from identity.models import Role
from identity.models.role import SERVICE_LINKED
from identity.models.user import folded
from identity.policy import Kind

HOURS = [(str(3600 * hours), f"{hours} h") for hours in range(1, 13)]

NAME_TAKEN = gettext_lazy("A role of this name already exists. Names ignore upper and lower case.")


class RoleNameField(forms.RegexField):
    """1 to 64 characters; the browser neither capitalises nor corrects them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"\A[A-Za-z0-9_+=,.@-]+\Z",
            label=gettext_lazy("Role name"),
            help_text=gettext_lazy("1 to 64 letters, digits and + = , . @ _ -"),
            max_length=64,
            widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            error_messages={
                "invalid": gettext_lazy("Role names may hold letters, digits and + = , . @ _ -")
            },
            **kwargs,
        )


# What a stored trust policy holds when it trusts this kind of principal.
_MARKS = {
    "account": '"AWS"',
    "saml": ":saml-provider/",
    "oidc": ":oidc-provider/",
    "service": '"Service"',
}


class RoleFilterForm(words.Form):
    """What the list shows; anything unknown in the address filters nothing."""

    q = forms.CharField(max_length=128, required=False)
    trusted = forms.ChoiceField(
        label=gettext_lazy("Trusts"),
        choices=[
            ("", gettext_lazy("Anybody")),
            ("account", gettext_lazy("Accounts")),
            ("saml", gettext_lazy("SAML providers")),
            ("oidc", gettext_lazy("OpenID Connect providers")),
            ("service", gettext_lazy("Services")),
            ("linked", gettext_lazy("Service-linked only")),
        ],
        required=False,
    )
    unused = forms.ChoiceField(
        label=gettext_lazy("Last activity"),
        choices=[
            ("", gettext_lazy("Any time")),
            ("30", gettext_lazy("Unused for 30 days")),
            ("90", gettext_lazy("Unused for 90 days")),
            ("365", gettext_lazy("Unused for 365 days")),
        ],
        required=False,
    )

    def narrow(self, roles: QuerySet[Role]) -> QuerySet[Role]:
        self.full_clean()
        given = self.cleaned_data
        if text := given.get("q", "").strip():
            roles = roles.filter(name_folded__under=folded(text))
        if (kind := given.get("trusted")) == "linked":
            roles = roles.filter(path__startswith=SERVICE_LINKED)
        elif kind:
            roles = roles.filter(trust_policy__contains=_MARKS[kind])
        if days := given.get("unused"):
            since = timezone.now() - timedelta(days=int(days))
            old = Q(last_used_at__lt=since) | Q(last_used_at=None, created_at__lt=since)
            roles = roles.filter(old)
        return roles

    @property
    def narrows(self) -> bool:
        return any(self.cleaned_data.values())


class SettingsForm(EditedFieldsForm):
    """What of a role may change; a limit that is no whole number of hours is offered as it is."""

    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=1000, required=False
    )
    duration = forms.ChoiceField(
        label=gettext_lazy("Session limit"), choices=HOURS, initial=HOURS[0][0]
    )

    def told(self, values: Mapping[str, Any]) -> str:
        field = self.fields["duration"]
        assert isinstance(field, forms.ChoiceField)
        now = str(self.initial.get("duration", ""))
        if now and now not in dict(HOURS):
            field.choices = [(now, duration(int(now))), *HOURS]
        return super().told(values)


class TrustForm(EditedDocumentForm):
    """Another trust policy in place of `trusted`."""

    document_kind = Kind.TRUST

    def __init__(self, *args: Any, trusted: str, limit: int, **kwargs: Any) -> None:
        self.size_limit = limit
        super().__init__(*args, **kwargs)
        self.edits(trusted)
