"""The providers that ARNs name: on what an action is authorised, and the row it is about."""

from __future__ import annotations

import re

from federation import models
from federation.models import OidcProvider, SamlProvider
from federation.oidc import issuer
from identity import arns
from identity.calls import Call
from identity.errors import InvalidInput, NoSuchEntity

SAML_ARN = re.compile(r"arn:aws:iam::\d{12}:saml-provider/([\w._-]{1,128})", re.ASCII)
OIDC_ARN = re.compile(r"arn:aws:iam::\d{12}:oidc-provider/([!-~]{1,255})", re.ASCII)


def saml_provider(call: Call) -> str:
    """The ARN, as it was given."""
    return str(call.params["SAMLProviderArn"])


def oidc_provider(call: Call) -> str:
    """The ARN, as it was given."""
    return str(call.params["OpenIDConnectProviderArn"])


def new_saml_provider(call: Call) -> str:
    """The ARN that the provider will have."""
    return models.saml_arn(call.account.id, call.params["Name"])


def new_oidc_provider(call: Call) -> str:
    """The ARN that the provider will have; of a URL that will be refused, one that is like it."""
    url = call.params["Url"]
    try:
        return models.oidc_arn(call.account.id, issuer.without_scheme(url))
    except issuer.IssuerError:
        return models.oidc_arn(call.account.id, url.removeprefix(issuer.SCHEME))


def saml_of(call: Call, *, locked: bool = False) -> SamlProvider:
    """The provider that `SAMLProviderArn` names. Raises NoSuchEntity, InvalidInput for no ARN."""
    arn = saml_provider(call)
    name = _inside(call, arn, SAML_ARN)
    rows = SamlProvider.objects.select_for_update() if locked else SamlProvider.objects.all()
    found = rows.filter(account=call.account, name=name).first()
    if found is None:
        raise NoSuchEntity(f"Manifest not found for arn {arn}")
    return found


def oidc_of(call: Call, *, locked: bool = False) -> OidcProvider:
    """The provider that `OpenIDConnectProviderArn` names. Raises as `saml_of`."""
    arn = oidc_provider(call)
    url = _inside(call, arn, OIDC_ARN)
    rows = OidcProvider.objects.select_for_update() if locked else OidcProvider.objects.all()
    found = rows.filter(account=call.account, url=url).first()
    if found is None:
        raise NoSuchEntity(f"OpenIDConnect Provider not found for arn {arn}")
    return found


def _inside(call: Call, arn: str, form: re.Pattern[str]) -> str | None:
    """What stands behind the kind in an ARN of the caller's account; None in another's."""
    found = form.fullmatch(arn)
    if found is None:
        raise InvalidInput(f"ARN {arn} is not valid.")
    return found[1] if arns.owner(arn) == call.account.id else None


def named(arn: str) -> str:
    """All that stands behind the kind: a name, or a URL with its slashes."""
    return arn.split(":", 5)[-1].partition("/")[2]
