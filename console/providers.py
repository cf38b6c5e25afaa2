"""Identity providers on pages: their addresses, and the roles that trust them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console.http import Request
from console.names import policy_name, policy_segment
from console.permissions import Denied, Rights
from federation import models
from federation.oidc import issuer
from identity import arns
from identity.models import Account, Role

SAML, OIDC = "saml", "oidc"
_NOUNS = {SAML: "SAMLProvider", OIDC: "OpenIDConnectProvider"}


@dataclass(frozen=True, slots=True)
class Named:
    """A provider as an address names it; whether it is there shows when it is read."""

    kind: str
    name: str
    arn: str
    denied: Denied

    @property
    def segment(self) -> str:
        """How addresses name it."""
        return policy_segment(self.name) if self.kind == SAML else issuer.segment(self.name)

    @property
    def no_tagging(self) -> str:
        """Why its tags may not be set, or nothing."""
        return self.denied[f"Tag{_NOUNS[self.kind]}"]

    @property
    def no_update(self) -> str:
        """Of an OpenID provider there is but one thing that an action of AWS's updates."""
        return self.denied[f"Update{_NOUNS[self.kind]}{'Thumbprint' * (self.kind == OIDC)}"]

    @property
    def no_deletion(self) -> str:
        return self.denied[f"Delete{_NOUNS[self.kind]}"]

    @property
    def url(self) -> str:
        return address(self.kind, self.name)

    @property
    def tags_url(self) -> str:
        return address(self.kind, self.name, "provider-tags")

    @property
    def sign_on_url(self) -> str:
        return address(self.kind, self.name, "provider-sign-on")

    def page_url(self, page: str) -> str:
        """Another page of the provider: `keys`, `metadata`."""
        return address(self.kind, self.name, f"provider-{page}")

    @property
    def log_url(self) -> str:
        return self.page_url("log")

    @property
    def test_url(self) -> str:
        return self.page_url("test")

    @property
    def delete_url(self) -> str:
        return address(self.kind, self.name, "provider-delete")


@dataclass(frozen=True, slots=True)
class Tab:
    """A section of a provider's pages."""

    key: str
    label: str
    url: str
    count: int | None = None


def tabs_of(named: Named) -> list[Tab]:
    """The sections of a provider of either kind."""
    return _saml_tabs(named) if named.kind == SAML else _openid_tabs(named)


def _saml_tabs(named: Named) -> list[Tab]:
    return [
        Tab("summary", _("Summary"), named.url),
        Tab("metadata", _("Metadata"), named.page_url("metadata")),
        Tab("encryption", _("Encryption"), named.page_url("encryption")),
        Tab("roles", _("Roles"), named.page_url("roles")),
        Tab("sign_on", _("Sign-in"), named.sign_on_url),
        Tab("log", _("Sign-in log"), named.log_url),
        Tab("test", _("Test"), named.test_url),
        Tab("tags", _("Tags"), named.tags_url),
    ]


def _openid_tabs(named: Named) -> list[Tab]:
    return [
        Tab("summary", _("Summary"), named.url),
        Tab("audiences", _("Audiences"), named.page_url("audiences")),
        Tab("thumbprints", _("Thumbprints"), named.page_url("thumbprints")),
        Tab("keys", _("Keys"), named.page_url("keys")),
        Tab("sign_on", _("Sign-in"), named.sign_on_url),
        Tab("log", _("Sign-in log"), named.log_url),
        Tab("test", _("Test"), named.test_url),
        Tab("tags", _("Tags"), named.tags_url),
    ]


def address(kind: str, name: str, page: str = "provider") -> str:
    """The path of a provider's page, by name or URL."""
    segment = policy_segment(name) if kind == SAML else issuer.segment(name)
    return reverse(f"{kind}-{page}", args=[segment])


def of_provider(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the provider that its address names."""

    @wraps(view)
    def found(request: Request, kind: str, segment: str, **more: Any) -> HttpResponse:
        account_id = request.caller.account_id
        if kind == SAML:
            name = policy_name(segment)
            arn = models.saml_arn(account_id, name)
        else:
            name = issuer.of_segment(segment)
            arn = models.oidc_arn(account_id, name)
        named = Named(kind, name, arn, Rights(request).denied(arn))
        return view(request, named, **more)

    return found


def may_see_trust(request: Request) -> bool:
    return Rights(request).allow("iam:ListRoles", arns.iam(request.caller.account_id, "role", ""))


def trusting_roles(account: Account) -> dict[str, list[str]]:
    """The names of the roles whose trust policies name a provider, by its ARN."""
    roles = Role.objects.filter(account=account, trust_policy__contains="Federated")
    found: dict[str, list[str]] = defaultdict(list)
    for name, policy in roles.order_by("name_folded").values_list("name", "trust_policy"):
        for arn in _federated(json.loads(policy)):
            found[arn].append(name)
    return found


def _federated(policy: dict[str, Any]) -> set[str]:
    statements = _listed(policy["Statement"])
    principals = [each.get("Principal") for each in statements]
    named = [
        each["Federated"] for each in principals if isinstance(each, dict) and "Federated" in each
    ]
    return {arn for listed in named for arn in _listed(listed)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
