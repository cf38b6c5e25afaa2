"""The trust policy that the choices of the create-role wizard come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console import trust_builder
from console.forms.saml_conditions import conditions
from federation import service_provider
from federation.models import OidcProvider, SamlProvider
from identity import arns

THIS, OTHER, SAML, OIDC, SERVICE, CUSTOM = "this", "other", "saml", "oidc", "service", "custom"
CONSOLE_TOO, PROGRAMS_ONLY = "console", "programs"


@dataclass(frozen=True)
class TrustChoices:
    """What there is to trust: the own account, and the providers by their ARNs."""

    account_id: str
    saml: Mapping[str, SamlProvider]
    oidc: Mapping[str, OidcProvider]

    def document(self, given: Mapping[str, Any]) -> str:
        """Of what was chosen, checked or not."""
        trusted = given.get("trusted")
        if trusted == CUSTOM:
            return str(given.get("document", ""))
        if trusted == SERVICE:
            return trust_builder.of_service(str(given.get("service", "")).strip())
        if trusted == SAML:
            return self._of_saml(given)
        if trusted == OIDC:
            return self._of_oidc(given)
        account_id = self.account_id
        if trusted == OTHER:
            account_id = str(given.get("account_id", "")).replace("-", "").strip()
        return trust_builder.of_account(
            arns.root(account_id),
            mfa=bool(given.get("require_mfa")),
            external_id=str(given.get("external_id", "")),
        )

    def _of_saml(self, given: Mapping[str, Any]) -> str:
        provider = self.saml.get(str(given.get("saml_provider", "")))
        console = given.get("saml_access") != PROGRAMS_ONLY
        addresses = [service_provider.acs_url(), service_provider.acs_url(provider)]
        return trust_builder.of_saml(
            provider.arn if provider else "",
            conditions(given),
            recipients=addresses if console and provider else [],
            tags=bool(given.get("session_tags")),
            source_identity=bool(given.get("source_identity")),
        )

    def _of_oidc(self, given: Mapping[str, Any]) -> str:
        provider = self.oidc.get(str(given.get("oidc_provider", "")))
        return trust_builder.of_oidc(
            provider.arn if provider else "",
            provider.url if provider else "",
            audience=str(given.get("audience", "")).strip(),
            subject=str(given.get("subject", "")).strip(),
            tags=bool(given.get("session_tags")),
            source_identity=bool(given.get("source_identity")),
        )
