"""The first step of the create-role wizard: whom the role trusts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import trust_builder
from console.forms.policy_documents import CheckedForm
from console.forms.roles import NAME_TAKEN, RoleNameField
from console.forms.saml_conditions import SamlConditions
from console.forms.tiles import tile
from console.forms.trust_choices import (
    CONSOLE_TOO,
    CUSTOM,
    OIDC,
    OTHER,
    PROGRAMS_ONLY,
    SAML,
    SERVICE,
    THIS,
    TrustChoices,
)
from console.forms.typed import typed
from console.forms.users import PathField
from console.policy_report import report
from federation.models import OidcProvider, SamlProvider
from identity import arns
from identity.policy import Kind
from identity.policy.shared_issuers import controlled_claims

EC2 = "ec2.amazonaws.com"
SERVICES = (EC2, "ecs-tasks.amazonaws.com", "lambda.amazonaws.com", "monitoring.amazonaws.com")


_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com", re.ASCII)


_TRUSTED = [
    (THIS, tile(gettext_lazy("This account"), gettext_lazy("Whoever its policies let."))),
    (
        OTHER,
        tile(
            gettext_lazy("Another account"),
            gettext_lazy("Its administrators decide who of theirs."),
        ),
    ),
    (
        SAML,
        tile(
            gettext_lazy("SAML sign-in"),
            gettext_lazy("People who sign in at your company."),
        ),
    ),
    (
        OIDC,
        tile(
            gettext_lazy("Web identity (OIDC)"),
            gettext_lazy("Who has a token of an OpenID Connect provider."),
        ),
    ),
    (SERVICE, tile(gettext_lazy("Service"), gettext_lazy("A machine or a function."))),
    (
        CUSTOM,
        tile(gettext_lazy("Custom trust policy"), gettext_lazy("A document of your own.")),
    ),
]


class WhoForm(SamlConditions, CheckedForm):
    """Step 1. Fields that do not belong to the choice do not count.

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
        choices=_TRUSTED,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who may use the role.")},
    )
    account_id = typed(
        gettext_lazy("Account ID"),
        gettext_lazy("12 digits, with or without hyphens."),
        max_length=14,
        inputmode="numeric",
    )
    require_mfa = forms.BooleanField(
        label=gettext_lazy("Require MFA"),
        help_text=gettext_lazy("Only for sessions that signed in with MFA."),
        required=False,
    )
    external_id = typed(
        gettext_lazy("External ID"),
        gettext_lazy(
            "Programs of a third party send it. Such a role cannot be used from the console."
        ),
        max_length=1224,
    )
    saml_provider = forms.ChoiceField(label=gettext_lazy("SAML provider"), required=False)
    saml_access = forms.ChoiceField(
        label=gettext_lazy("What for"),
        choices=[
            (CONSOLE_TOO, gettext_lazy("Console and programs")),
            (PROGRAMS_ONLY, gettext_lazy("Programs only")),
        ],
        widget=forms.RadioSelect,
        initial=CONSOLE_TOO,
        required=False,
    )
    oidc_provider = forms.ChoiceField(label=gettext_lazy("OpenID Connect provider"), required=False)
    audience = typed(
        gettext_lazy("Audience"),
        gettext_lazy("One of the provider's audiences, which tokens name as `aud`."),
        max_length=255,
        list="audiences",
    )
    subject = typed(
        gettext_lazy("Subject"),
        gettext_lazy(
            "The `sub` of tokens; * and ? stand for anything. Of an issuer that many share, such "
            "as GitHub, it is needed: repo:your-organization/your-repository:* for example."
        ),
        max_length=512,
    )
    session_tags = forms.BooleanField(
        label=gettext_lazy("The provider may send session tags"), required=False
    )
    source_identity = forms.BooleanField(
        label=gettext_lazy("The provider may set the source identity"), required=False
    )
    service = typed(
        gettext_lazy("Service"),
        gettext_lazy("For example ec2.amazonaws.com."),
        max_length=128,
        list="services",
    )
    instance_profile = forms.BooleanField(
        label=gettext_lazy("Make an instance profile of the same name"),
        help_text=gettext_lazy("For ec2.amazonaws.com: machines get the role through it."),
        required=False,
        initial=True,
    )

    fields_of = {**CheckedForm.fields_of, "EntityAlreadyExists": "name"}
    sentences = {"EntityAlreadyExists": NAME_TAKEN}

    def __init__(
        self,
        *args: Any,
        account_id: str,
        limit: int,
        saml: Sequence[SamlProvider],
        oidc: Sequence[OidcProvider],
        **kwargs: Any,
    ) -> None:
        self.size_limit = limit
        super().__init__(*args, **kwargs)
        self._saml = {one.arn: one for one in saml}
        self._oidc = {one.arn: one for one in oidc}
        self._trust = TrustChoices(account_id, self._saml, self._oidc)
        self._offer("saml_provider", [(one.arn, one.name) for one in saml])
        self._offer("oidc_provider", [(one.arn, one.url) for one in oidc])
        self.add_conditions()
        self.fields["document"].required = False
        self.fields["document"].label = _("Trust policy")
        self.fields["document"].initial = trust_builder.of_account(arns.root(account_id))
        if self.check_asked:  # what was chosen is looked at, not only what was written
            self.report = report(self.preview, self.document_kind)

    def _offer(self, name: str, found: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose one")), *found]

    def audiences(self) -> list[str]:
        """Of all providers, offered while one is typed."""
        return sorted({audience for one in self._oidc.values() for audience in one.client_ids})

    services = SERVICES

    # --- what was chosen -----------------------------------------------------------------------

    @property
    def preview(self) -> str:
        """The trust policy of what stands in the fields now, checked or not."""
        names = [name for name in self.fields if name != "form_token"]
        return self._trust.document({name: self[name].value() or "" for name in names})

    @property
    def trust_policy(self) -> str:
        return self._trust.document(self.cleaned_data)

    @property
    def field_that_trusts(self) -> str:
        """The field to which a refusal of the trust policy belongs."""
        fields = {OTHER: "account_id", SAML: "saml_provider", OIDC: "oidc_provider"}
        fields |= {SERVICE: "service", CUSTOM: "document"}
        return fields.get(self.cleaned_data["trusted"], "trusted")

    def draft(self) -> dict[str, Any]:
        """All that was typed, for this step to be opened again."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("form_token", "accepted")
        }

    # --- what is wrong with it -------------------------------------------------------------------

    def _chose(self, kind: str) -> bool:
        return bool(self.data.get("trusted") == kind)

    def clean_account_id(self) -> str:
        given: str = self.cleaned_data["account_id"].replace("-", "").strip()
        if self._chose(OTHER) and not _ACCOUNT.fullmatch(given):
            raise ValidationError(_("An account ID has 12 digits."))
        return given

    def clean_service(self) -> str:
        given: str = self.cleaned_data["service"].strip()
        if self._chose(SERVICE) and not _SERVICE.fullmatch(given):
            raise ValidationError(_("A service is named like ec2.amazonaws.com."))
        return given

    def clean_saml_provider(self) -> str:
        return self._chosen(SAML, "saml_provider")

    def clean_oidc_provider(self) -> str:
        return self._chosen(OIDC, "oidc_provider")

    def _chosen(self, kind: str, name: str) -> str:
        given: str = self.cleaned_data[name]
        if self._chose(kind) and not given:
            raise ValidationError(_("Choose the provider that vouches for them."))
        return given

    def clean_audience(self) -> str:
        given: str = self.cleaned_data["audience"].strip()
        provider = self._oidc.get(self.cleaned_data.get("oidc_provider", ""))
        if self._chose(OIDC) and provider and given not in provider.client_ids:
            raise ValidationError(_("Enter one of the audiences of this provider."))
        return given

    def clean_subject(self) -> str:
        """Of an issuer that strangers share, who else may use the role depends on this alone."""
        given: str = self.cleaned_data["subject"].strip()
        provider = self._oidc.get(self.cleaned_data.get("oidc_provider", ""))
        shared = provider is not None and bool(controlled_claims(provider.url))
        if self._chose(OIDC) and shared and not given.strip("*?"):
            raise ValidationError(
                _("Anybody can get a token of this issuer. Say which subject may use the role.")
            )
        return given

    def clean_document(self) -> str:
        """What is written counts only where it was asked for."""
        return super().clean_document() if self._chose(CUSTOM) else ""

    def clean(self) -> dict[str, Any]:
        if self._chose(SAML):
            self.check_conditions()
        return super().clean()
