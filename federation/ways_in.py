"""Which identity providers the sign-in page of an account offers."""

from __future__ import annotations

from dataclasses import dataclass

from federation.models import OidcProvider, OidcSignOn, SamlProvider
from federation.oidc import issuer
from identity.account_paths import common
from identity.models import Account


@dataclass(frozen=True, slots=True)
class WayIn:
    """A link to where a sign-in with a provider begins."""

    label: str
    url: str


def offered(account: str) -> list[WayIn]:
    """Those of the account with this ID or alias, in the order of their names."""
    found = Account.objects.at(account).first()
    # As many queries whether or not there is such an account: time must not tell.
    account_id = found.pk if found else ""
    saml = SamlProvider.objects.filter(account=account_id, sign_on__button=True).only("name")
    openid = OidcSignOn.objects.filter(provider__account=account_id, button=True)
    openid = openid.exclude(  # of these a sign-in could only fail
        provider__key_set__uploaded=True, provider__key_set__configuration=""
    )
    ways = [WayIn(one.name, common("sign-in-saml", account, one.name)) for one in saml]
    ways += [
        WayIn(str(one), openid_url(account, one.provider))
        for one in openid.select_related("provider")
    ]
    return sorted(ways, key=lambda way: way.label.casefold())


def openid_url(account: str, provider: OidcProvider) -> str:
    return common("sign-in-oidc", account, issuer.segment(provider.url))
