"""Roles: who may use them, for how long, and their trust policy."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.forms.base import Form
from console.forms.policy_documents import CheckedForm, EditedDocumentForm
from console.forms.users import PathField
from console.templatetags.formats import duration
from identity import arns
from identity.models import Role
from identity.models.role import SERVICE_LINKED
from identity.models.user import folded
from identity.policy import Kind

THIS_ACCOUNT, OTHER_ACCOUNT, SERVICE, CUSTOM = "this", "other", "service", "custom"
HOURS = [(str(3600 * hours), f"{hours} h") for hours in range(1, 13)]

_NAME_TAKEN = gettext_lazy("A role of this name already exists. Names ignore upper and lower case.")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com", re.ASCII)


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


class RoleFilterForm(forms.Form):
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


class SettingsForm(Form):
    """What of a role may change; a limit that is no whole number of hours is offered as it is."""

    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=1000, required=False
    )
    duration = forms.ChoiceField(
        label=gettext_lazy("Session limit"), choices=HOURS, initial=HOURS[0][0]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = str(self.initial.get("duration", ""))
        field = self.fields["duration"]
        assert isinstance(field, forms.ChoiceField)
        if now and now not in dict(HOURS):
            field.choices = [(now, duration(int(now))), *HOURS]


class TrustForm(EditedDocumentForm):
    """Another trust policy in place of `trusted`."""

    document_kind = Kind.TRUST

    def __init__(self, *args: Any, trusted: str, limit: int, **kwargs: Any) -> None:
        self.size_limit = limit
        super().__init__(*args, **kwargs)
        self.edits(trusted)


class CreateRoleForm(CheckedForm):
    """A new role: whom it trusts is chosen, or written as a trust policy.

    `trust_policy` is the document that the choice comes to.
    """

    document_kind = Kind.TRUST

    name = RoleNameField()
    path = PathField()
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=1000, required=False
    )
    trusted = forms.ChoiceField(
        label=gettext_lazy("Who may use it"),
        choices=[
            (THIS_ACCOUNT, gettext_lazy("This account – whoever its policies allow")),
            (OTHER_ACCOUNT, gettext_lazy("Another account")),
            (SERVICE, gettext_lazy("A service")),
            (CUSTOM, gettext_lazy("A trust policy of my own")),
        ],
        widget=forms.RadioSelect,
        initial=THIS_ACCOUNT,
    )
    account_id = forms.CharField(
        label=gettext_lazy("Account ID"),
        help_text=gettext_lazy("12 digits, for another account."),
        required=False,
        max_length=14,
    )
    service = forms.CharField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("For example ec2.amazonaws.com."),
        required=False,
        max_length=128,
    )
    require_mfa = forms.BooleanField(
        label=gettext_lazy("Require MFA"),
        help_text=gettext_lazy("For accounts: only sessions that signed in with MFA."),
        required=False,
    )
    external_id = forms.CharField(
        label=gettext_lazy("External ID"),
        help_text=gettext_lazy(
            "For accounts: programs of a third party send it. The console cannot."
        ),
        required=False,
        max_length=1224,
    )
    duration = forms.ChoiceField(
        label=gettext_lazy("Session limit"), choices=HOURS, initial=HOURS[0][0]
    )

    fields_of = {**CheckedForm.fields_of, "EntityAlreadyExists": "name"}
    sentences = {"EntityAlreadyExists": _NAME_TAKEN}

    def __init__(self, *args: Any, account_id: str, limit: int, **kwargs: Any) -> None:
        self.size_limit = limit
        super().__init__(*args, **kwargs)
        self._own_account = account_id
        self.fields["document"].required = False
        self.fields["document"].label = _("Trust policy")
        self.fields["document"].initial = self._text_for(arns.root(account_id))

    def clean_account_id(self) -> str:
        given: str = self.cleaned_data["account_id"].replace("-", "")
        if self.data.get("trusted") == OTHER_ACCOUNT and not _ACCOUNT.fullmatch(given):
            raise ValidationError(_("An account ID has 12 digits."))
        return given

    def clean_service(self) -> str:
        given: str = self.cleaned_data["service"].strip()
        if self.data.get("trusted") == SERVICE and not _SERVICE.fullmatch(given):
            raise ValidationError(_("A service is named like ec2.amazonaws.com."))
        return given

    def clean_document(self) -> str:
        """What is written counts only where it was asked for."""
        if self.data.get("trusted") != CUSTOM:
            return ""
        return super().clean_document()

    def clean(self) -> dict[str, Any]:
        """A principal that is not there is about the field that named it."""
        named = {OTHER_ACCOUNT: "account_id", SERVICE: "service"}.get(self.data.get("trusted", ""))
        if named:
            self.fields_of = {**self.fields_of, "MalformedPolicyDocument": named}
        return super().clean()

    @property
    def trust_policy(self) -> str:
        given = self.cleaned_data
        if given["trusted"] == CUSTOM:
            return str(given["document"])
        if given["trusted"] == SERVICE:
            return _document({"Service": given["service"]}, {})
        other = given["trusted"] == OTHER_ACCOUNT
        account_id = given["account_id"] if other else self._own_account
        return self._text_for(
            arns.root(account_id), mfa=given["require_mfa"], external_id=given["external_id"]
        )

    @staticmethod
    def _text_for(principal: str, *, mfa: bool = False, external_id: str = "") -> str:
        conditions: dict[str, Any] = {}
        if mfa:
            conditions["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
        if external_id:
            conditions["StringEquals"] = {"sts:ExternalId": external_id}
        return _document({"AWS": principal}, conditions)


def _document(principal: dict[str, str], conditions: dict[str, Any]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
