"""Single sign-on by SAML that begins here: our request to a provider."""

from __future__ import annotations

import secrets

from django.db import transaction

from federation import acs, service_provider
from federation.models import SamlProvider, SamlRequest, SamlSignOn
from federation.saml import metadata
from federation.saml.bindings import REDIRECT
from federation.saml.metadata import MetadataError
from federation.saml.request import AuthnRequest, redirect_url
from identity.facts import Facts
from identity.models import Account

WAITING = SamlRequest.LASTS
MOST_WAITING = 1_000
"""Requests of one provider that wait at a time: anybody can begin some."""


def request_url(
    account: str, name: str, browser: str, after: str, facts: Facts, *, test: bool = False
) -> str | None:
    """Where to send the browser that has the cookie `browser`; None where nobody can be asked.

    `after` is the page to go to in the end; a `test` ends there, without a session.
    """
    found = Account.objects.at(account).first()
    provider = SamlProvider.objects.filter(account=found, name=name).first() if found else None
    destination = _destination(provider) if provider else None
    if provider is None or destination is None:
        return None
    row = SamlRequest(
        id=f"_{secrets.token_hex(20)}",
        provider=provider,
        browser=acs.hashed(browser),
        after=after,
        test=test,
        fresh=SamlSignOn.of(provider.pk).fresh,
        expires_at=facts.at + WAITING,
    )
    with transaction.atomic():
        _make_room(provider)
        row.save(force_insert=True)
    signing = service_provider.signing_key()
    ours = service_provider.acs_url(), service_provider.entity_id()
    request = AuthnRequest(row.pk, facts.at, destination, *ours, fresh=row.fresh)
    return redirect_url(request, signing[0] if signing else None)


def can_begin(provider: SamlProvider) -> bool:
    """Whether there is a page of the provider's to send people to."""
    return _destination(provider) is not None


def _destination(provider: SamlProvider) -> str | None:
    """The page of the provider's first entity that takes a redirect."""
    try:
        first = metadata.read(provider.metadata).providers[0]
    except MetadataError:
        return None
    return next((one.location for one in first.sign_on if one.binding == REDIRECT), None)


def _make_room(provider: SamlProvider) -> None:
    waiting = SamlRequest.objects.filter(provider=provider).order_by("-expires_at")
    beyond = list(waiting.values_list("pk", flat=True)[MOST_WAITING - 1 :])
    SamlRequest.objects.filter(pk__in=beyond).delete()
