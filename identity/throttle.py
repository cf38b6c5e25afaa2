"""How often passwords and codes may be tried: counted in one statement before anything is hashed.

Guesses sent at the same moment therefore count one by one (NIST SP 800-63B-4 section 3.2.2 asks
for at most 100 failures in a row). Delays only ever grow to 15 minutes: nobody can lock somebody
else out for good, and a browser that has signed in before has a bucket of its own.

There is no bucket for the whole installation: it would let one client stop everybody's sign-in.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import math
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

from identity.errors import Throttling
from identity.models import ThrottleBucket

logger = logging.getLogger(__name__)

# The device of all who are signed in already, or sign with a key: strangers do not slow them down.
SIGNED_IN = "signed in"

_WINDOW = timedelta(hours=24)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# From this many failures in 24 hours on, so many seconds between two tries. People mistype: the
# first five are free.
Schedule = tuple[tuple[int, int], ...]
_PRINCIPAL: Schedule = ((5, 3), (9, 5), (25, 10), (100, 900))
# Of all names tried from one network together; many people may share one address.
_NETWORK: Schedule = ((100, 1), (300, 3), (1000, 10))


def attempt(scope: str, subject: str, source_ip: str, device: str = "") -> None:
    """Count a try of `subject`'s password or code; Throttling, with `retry_after`, when too soon.

    `scope` is "password" or "mfa". `subject` is a user's unique ID, or what was typed for a name
    that does not exist: both are counted alike. `device` is what a valid device cookie of this
    user holds (identity/devices.py), or SIGNED_IN. Call it outside a transaction: a count that is
    rolled back was never made.
    """
    now = timezone.now()
    try:
        if not device:
            _count(_network(scope, source_ip), _NETWORK, now)
        _count(_principal(scope, subject, device), _PRINCIPAL, now)
    except Throttling as refusal:
        logger.warning("`%s` tries from `%s` must wait %d s", scope, source_ip, refusal.retry_after)
        raise


def succeeded(scope: str, subject: str, source_ip: str, device: str = "") -> None:
    """Forget the failures of this principal, and give its network back the one try counted."""
    ThrottleBucket.objects.filter(key=_principal(scope, subject, device)).delete()
    if not device:
        succeeded_from(scope, source_ip)


def attempt_from(scope: str, source_ip: str) -> None:
    """Count a try of what names nobody that could be locked out; otherwise as `attempt`."""
    try:
        _count(_network(scope, source_ip), _NETWORK, timezone.now())
    except Throttling as refusal:
        logger.warning("`%s` tries from `%s` must wait %d s", scope, source_ip, refusal.retry_after)
        raise


def succeeded_from(scope: str, source_ip: str) -> None:
    """Give the network back the one try counted."""
    network = ThrottleBucket.objects.filter(key=_network(scope, source_ip), count__gt=0)
    network.update(count=F("count") - 1)


def forget(subject: str) -> None:
    """The operator's way to end all delays of a principal at once."""
    keys = [
        _principal(scope, subject, device)
        for scope in ("password", "mfa")
        for device in ("", SIGNED_IN)
    ]
    ThrottleBucket.objects.filter(key__in=keys).delete()


def _count(key: str, schedule: Schedule, now: datetime) -> None:
    """One more, if the last try is long enough ago: the condition and the count are one UPDATE."""
    new = ThrottleBucket(key=key, count=0, since=now, last_at=_LONG_AGO)
    ThrottleBucket.objects.bulk_create([new], ignore_conflicts=True)
    bucket = ThrottleBucket.objects.filter(key=key)
    old = Q(since__lte=now - _WINDOW)
    counted = bucket.filter(_may_try(schedule, now)).update(
        count=Case(When(old, then=1), default=F("count") + 1),
        since=Case(When(old, then=now), default=F("since")),
        last_at=now,
    )
    if not counted:
        held = bucket.exclude(_may_try(schedule, now)).first()
        if held is None:  # a success has cleared it meanwhile, and another may have made it anew
            _count(key, schedule, now)
            return
        raise Throttling(retry_after=_seconds_left(held, schedule, now))


def _may_try(schedule: Schedule, now: datetime) -> Q:
    """That the delay which belongs to the bucket's count has passed since its last try."""
    allowed = Q(count__lt=schedule[0][0])
    ends = [failures for failures, _seconds in schedule[1:]]
    for (failures, seconds), end in zip_longest(schedule, ends):
        step = Q(count__gte=failures, last_at__lte=now - timedelta(seconds=seconds))
        allowed |= step if end is None else step & Q(count__lt=end)
    return allowed


def _seconds_left(bucket: ThrottleBucket, schedule: Schedule, now: datetime) -> int:
    delay = max((seconds for failures, seconds in schedule if bucket.count >= failures), default=0)
    left = bucket.last_at + timedelta(seconds=delay) - now
    return max(1, math.ceil(left.total_seconds()))


def _principal(scope: str, subject: str, device: str) -> str:
    return _key("principal", scope, subject, device)


def _network(scope: str, source_ip: str) -> str:
    """Neighbours count together: a /24 of IPv4, a /48 of IPv6 (what one site is given)."""
    try:
        address = ipaddress.ip_address(source_ip)
    except ValueError:
        return _key("network", scope, source_ip)
    prefix = 24 if address.version == 4 else 48
    return _key("network", scope, str(ipaddress.ip_network((address, prefix), strict=False)))


def _key(*parts: str) -> str:
    """A keyed hash: whoever reads the table learns no name that was typed."""
    return salted_hmac("identity.throttle", json.dumps(parts), algorithm="sha256").hexdigest()
