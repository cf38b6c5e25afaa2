"""Which keys a provider has: rows that all processes share, asked for anew as seldom as possible.

Good for an hour, and for a day where the provider does not answer. At most one question a minute
and provider, whatever tokens come: who wins the row asks, the others use what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Q

from federation.models import OidcKeySet, OidcProvider
from federation.oidc import certificates, discovery, https, issuer, keys
from federation.oidc.discovery import Configuration, DiscoveryError, Reach, UntrustedError
from federation.oidc.keys import KeysError, VerificationKey

FRESH = timedelta(hours=1)
STALE = timedelta(hours=24)
BETWEEN = timedelta(minutes=1)

Keys = tuple[VerificationKey, ...]

_read = lru_cache(maxsize=256)(keys.read)


def of(provider: OidcProvider, kid: str | None, now: datetime) -> Keys:
    """The keys of a provider; asked for anew when they are old, or lack `kid`.

    Raises DiscoveryError and KeysError where there are none, and none are to be had.
    """
    row = row_of(provider)
    if not row.uploaded and not (_age(row, now) < FRESH and _has(row, kid)):
        _bring_up(row, provider, now)
    return _read(row.document)


def configuration(provider: OidcProvider, now: datetime) -> Configuration:
    """Its discovery document, as fresh as its keys. Raises DiscoveryError."""
    row = row_of(provider)
    if row.lacks_way_in:
        raise DiscoveryError("its keys were uploaded without its discovery document")
    if not row.uploaded and (_age(row, now) >= FRESH or not row.configuration):
        _bring_up(row, provider, now)
    return discovery.read(row.configuration, issuer.SCHEME + provider.url)


def lacks_way_in(provider: OidcProvider) -> bool:
    """Whether its keys were uploaded and nothing says where it signs people in."""
    row = OidcKeySet.objects.filter(provider=provider).only("uploaded", "configuration").first()
    return bool(row and row.lacks_way_in)


def refresh(provider: OidcProvider, now: datetime) -> OidcKeySet:
    """Ask at once, unless that was done within the minute; the row says what came of it."""
    row = row_of(provider)
    if not row.uploaded:
        _refresh(row, provider, now)
        row.refresh_from_db()
    return row


@dataclass(frozen=True, slots=True)
class Looked:
    """What a provider that is not registered says of itself, and who vouches for its host.

    `thumbprint` is of the last certificate that the host of the keys shows.
    """

    configuration: Configuration
    key_set: str
    thumbprint: str
    vouched: bool


def look(name: str) -> Looked:
    """Ask the provider of that URL, less its scheme. Raises DiscoveryError.

    Where nobody vouches for it, it is believed for this once: who reads it compares the thumbprint.
    """
    url, anybody = issuer.SCHEME + name, Reach(allowed=settings.OIDC_ALLOWED_NETWORKS)
    vouched, reach = True, anybody
    try:
        fetched = discovery.fetch(url, reach)
    except UntrustedError:
        vouched = False
        shown = tuple(certificates.thumbprint(der) for der in https.chain(url, anybody))
        fetched = discovery.fetch(url, replace(anybody, thumbprints=shown[-1:]))
    found = discovery.read(fetched.configuration, url)
    last = https.chain(found.jwks_uri, anybody)[-1]
    return Looked(found, fetched.key_set, certificates.thumbprint(last), vouched)


def upload(provider: OidcProvider, document: str, configuration: str = "") -> int:
    """Use this key set from now on, and never ask for another; how many keys it has.

    `configuration` is its discovery document: without one the console cannot know where to send
    people. Raises KeysError and DiscoveryError.
    """
    found = keys.read(document)
    if configuration:
        discovery.read(configuration, issuer.SCHEME + provider.url)
    values = {
        "document": document,
        "configuration": configuration,
        "uploaded": True,
        "fetched_at": None,
        "tried_at": None,
        "problem": "",
    }
    OidcKeySet.objects.update_or_create(provider=provider, defaults=values)
    return len(found)


def row_of(provider: OidcProvider) -> OidcKeySet:
    """What is known of the provider; empty at first."""
    found = OidcKeySet.objects.filter(provider=provider).first()
    return found or OidcKeySet.objects.get_or_create(provider=provider)[0]


def _age(row: OidcKeySet, now: datetime) -> timedelta:
    return now - row.fetched_at if row.fetched_at else timedelta.max


def _has(row: OidcKeySet, kid: str | None) -> bool:
    return kid is None or any(key.kid == kid for key in _read(row.document))


def _bring_up(row: OidcKeySet, provider: OidcProvider, now: datetime) -> None:
    """Ask anew; what is known is good for a day. Raises DiscoveryError and KeysError."""
    problem = _refresh(row, provider, now)
    if _age(row, now) >= STALE:
        raise problem or DiscoveryError("the provider did not answer a moment ago")


def _refresh(row: OidcKeySet, provider: OidcProvider, now: datetime) -> Exception | None:
    """Ask, if it is this process's turn. What fails leaves the keys as they were.

    That it is nobody's turn is seen without a write: anybody can send tokens with unknown keys.
    """
    if row.tried_at and row.tried_at > now - BETWEEN:
        return None
    due = Q(tried_at=None) | Q(tried_at__lte=now - BETWEEN)
    mine = OidcKeySet.objects.filter(pk=row.pk, uploaded=False)
    if not mine.filter(due).update(tried_at=now):
        return None
    try:
        fetched = discovery.fetch(issuer.SCHEME + provider.url, reach(provider))
        keys.read(fetched.key_set)
    except (DiscoveryError, KeysError) as problem:
        mine.update(problem=str(problem)[:200])
        return problem
    row.document, row.configuration, row.fetched_at = fetched.key_set, fetched.configuration, now
    mine.update(document=row.document, configuration=row.configuration, fetched_at=now, problem="")
    return None


def reach(provider: OidcProvider) -> Reach:
    """Where the provider may be asked, and which certificates may vouch for it."""
    return Reach(allowed=settings.OIDC_ALLOWED_NETWORKS, thumbprints=tuple(provider.thumbprints))
