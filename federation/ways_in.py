"""Which identity providers the sign-in page of an account offers."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from federation.models import OidcProvider, OidcSignOn, SamlProvider
from federation.oidc import issuer
from identity.models import Account


@dataclass(frozen=True, slots=True)
class WayIn:
    """A link to where a sign-in with a provider begins."""

    label: str
    url: str


def offered(account: str) -> list[WayIn]:
    """Those of the account with this ID or alias, in the order of their names."""
    found = Account.objects.at(account).first()
    if found is None:
        return []
    saml = SamlProvider.objects.filter(account=found, sign_on__button=True).only("name")
    openid = OidcSignOn.objects.filter(provider__account=found, button=True)
    ways = [WayIn(one.name, reverse("sign-in-saml", args=[account, one.name])) for one in saml]
    ways += [
        WayIn(str(one), openid_url(account, one.provider))
        for one in openid.select_related("provider")
    ]
    return sorted(ways, key=lambda way: way.label.casefold())


def openid_url(account: str, provider: OidcProvider) -> str:
    return reverse("sign-in-oidc", args=[account, issuer.segment(provider.url)])
