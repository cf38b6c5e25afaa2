"""The device cookie: browsers from which somebody has signed in before, each with own tries.

OWASP calls this a device cookie: guessing by strangers slows down strangers only. An entry holds
for one user and one password; it proves nothing about who is sitting there.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from identity.models import User

COOKIE = "__Host-device" if settings.HTTPS else "device"
_SALT = "identity.devices"
_LIFETIME = timedelta(days=90)
_USERS = 8


def known(request: HttpRequest, user: User | None) -> str:
    """The device's random name if `user` signed in from it with the present password, else ""."""
    name, fingerprint = _entries(request).get(user.unique_id, ("", "")) if user else ("", "")
    if user is None or not constant_time_compare(fingerprint, _fingerprint(user)):
        return ""
    return name


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Add the user to the cookie, after a whole sign-in; the ones longest ago are dropped."""
    name = known(request, user) or secrets.token_urlsafe(16)
    entries = _entries(request)
    entries.pop(user.unique_id, None)
    entries[user.unique_id] = (name, _fingerprint(user))
    kept = dict(list(entries.items())[-_USERS:])
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=_SALT),
        max_age=_LIFETIME,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _entries(request: HttpRequest) -> dict[str, tuple[str, str]]:
    """Unique ID to name and fingerprint; nothing for a cookie that is not ours or too old."""
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LIFETIME)
    except signing.BadSignature:
        return {}
    return {user: (name, fingerprint) for user, (name, fingerprint) in found.items()}


def _fingerprint(user: User) -> str:
    """Of the password hash: whoever knew an old password has no tries of his own at the new."""
    return salted_hmac(_SALT, user.password, algorithm="sha256").hexdigest()[:32]
