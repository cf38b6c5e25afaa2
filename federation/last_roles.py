"""Which roles this browser took last when it came by an identity provider: a signed cookie."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "__Host-roles" if settings.HTTPS else "roles"
_SALT = "federation.last_roles"
_LIFETIME = timedelta(days=90)
_MOST = 5
"""One each for so many sets of accounts; what a browser takes for a cookie is little."""


def first_of(request: HttpRequest, offered: Collection[str]) -> str:
    """The ARN of the one that was taken last, of those that are offered now; "" for none."""
    return next((arn for arn in _kept(request) if arn in offered), "")


def remember(request: HttpRequest, response: HttpResponse, role_arn: str) -> None:
    others = [arn for arn in _kept(request) if arn != role_arn]
    response.set_cookie(
        COOKIE,
        signing.dumps([role_arn, *others][:_MOST], salt=_SALT),
        max_age=_LIFETIME,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _kept(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LIFETIME)
    except signing.BadSignature:
        return []
    return [str(arn) for arn in found]
