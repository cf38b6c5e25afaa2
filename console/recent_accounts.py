"""Accounts recently signed in to on this device, kept in a signed cookie and nowhere else."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from identity.models import Account

COOKIE = "__Host-recent" if settings.HTTPS else "recent"
_SALT = "console.recent_accounts"
_LIFETIME = timedelta(days=90)
_ACCOUNTS = 5


def of(request: HttpRequest) -> list[Account]:
    """The accounts that still exist, the last one first."""
    accounts = Account.objects.in_bulk(_ids(request))
    return [accounts[account_id] for account_id in _ids(request) if account_id in accounts]


def remember(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    others = [account_id for account_id in _ids(request) if account_id != account.id]
    _set(response, [account.id, *others][:_ACCOUNTS])


def forget(request: HttpRequest, response: HttpResponse, account_id: str) -> None:
    _set(response, [kept for kept in _ids(request) if kept != account_id])


def _ids(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_LIFETIME)
    except signing.BadSignature:
        return []
    return [str(account_id) for account_id in found]


def _set(response: HttpResponse, account_ids: list[str]) -> None:
    response.set_cookie(
        COOKIE,
        signing.dumps(account_ids, salt=_SALT),
        max_age=_LIFETIME,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
