"""Which keys a provider has: rows that all processes share, asked for anew as seldom as possible.

Good for an hour, and for a day where the provider does not answer. At most one question a minute
and provider, whatever tokens come: who wins the row asks, the others use what is there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Q

from federation.models import OidcKeySet, OidcProvider
from federation.oidc import discovery, issuer, keys
from federation.oidc.discovery import DiscoveryError, Reach
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
    row = _row(provider)
    if row.uploaded or (_age(row, now) < FRESH and _has(row, kid)):
        return _read(row.document)
    problem = _refresh(row, provider, now)
    if _age(row, now) >= STALE:
        raise problem or DiscoveryError("the provider did not answer a moment ago")
    return _read(row.document)


def upload(provider: OidcProvider, document: str) -> int:
    """Use this key set from now on, and never ask; how many keys it has. Raises KeysError."""
    found = keys.read(document)
    values = {"document": document, "uploaded": True, "fetched_at": None, "tried_at": None}
    OidcKeySet.objects.update_or_create(provider=provider, defaults=values)
    return len(found)


def _row(provider: OidcProvider) -> OidcKeySet:
    found = OidcKeySet.objects.filter(provider=provider).first()
    return found or OidcKeySet.objects.get_or_create(provider=provider)[0]


def _age(row: OidcKeySet, now: datetime) -> timedelta:
    return now - row.fetched_at if row.fetched_at else timedelta.max


def _has(row: OidcKeySet, kid: str | None) -> bool:
    return kid is None or any(key.kid == kid for key in _read(row.document))


def _refresh(row: OidcKeySet, provider: OidcProvider, now: datetime) -> Exception | None:
    """Ask, if it is this process's turn. What fails leaves the keys as they were."""
    due = Q(tried_at=None) | Q(tried_at__lte=now - BETWEEN)
    mine = OidcKeySet.objects.filter(due, pk=row.pk, uploaded=False).update(tried_at=now)
    if not mine:
        return None
    try:
        document = discovery.key_set(issuer.SCHEME + provider.url, _reach())
        keys.read(document)
    except (DiscoveryError, KeysError) as problem:
        return problem
    row.document, row.fetched_at = document, now
    OidcKeySet.objects.filter(pk=row.pk, uploaded=False).update(document=document, fetched_at=now)
    return None


def _reach() -> Reach:
    return Reach(allowed=settings.OIDC_ALLOWED_NETWORKS)
