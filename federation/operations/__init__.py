"""What federation answers, by noun of the API reference, and what it tells identity of its rows."""

from federation import models
from federation.operations import (
    assume_role_with_saml,
    assume_role_with_web_identity,
    oidc_provider_tags,
    oidc_providers,
    resources,
    saml_provider_tags,
    saml_providers,
)
from identity import condition_keys, sealed
from identity.models import Account
from identity.operations import summary

__all__ = [
    "assume_role_with_saml",
    "assume_role_with_web_identity",
    "oidc_provider_tags",
    "oidc_providers",
    "saml_provider_tags",
    "saml_providers",
]


def _providers(account: Account) -> int:
    kinds = (models.SamlProvider, models.OidcProvider)
    return sum(kind._default_manager.filter(account=account).count() for kind in kinds)


summary.COUNTERS["Providers"] = _providers
condition_keys.TAGGED |= {
    "saml-provider": condition_keys.in_row(models.SamlProvider, "name", resources.named),
    "oidc-provider": condition_keys.in_row(models.OidcProvider, "url", resources.named),
}
sealed.COLUMNS += [
    sealed.Sealed(models.SamlPrivateKey, "sealed_key", lambda key: str(key.purpose)),
    sealed.Sealed(models.ServiceProviderKey, "sealed_key", lambda key: str(key.purpose)),
    sealed.Sealed(models.FederatedAttempt, "sealed_document", lambda row: str(row.purpose)),
    sealed.Sealed(models.PendingSignIn, "sealed_claims", lambda row: str(row.purpose)),
    sealed.Sealed(models.OidcSignOn, "sealed_secret", lambda row: str(row.purpose)),
    sealed.Sealed(models.OidcRequest, "sealed", lambda row: str(row.purpose)),
]
