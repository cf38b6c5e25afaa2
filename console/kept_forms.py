"""A form that was sent when the session was over, or a proof was due: kept, and offered again.

What was typed is sealed in a row for half an hour, without secrets, for who typed it and for that
address. It is never sent by itself: the page opens with it filled in (console.md 4.3.9).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from console.models import KeptForm
from identity import vault
from identity.account_paths import split
from identity.models import User

LIFETIME = timedelta(minutes=30)
PARAMETER = "kept"
_LONGEST = 200_000
# Fields that hold a secret, or are of the moment; tests/house walks over every form for them.
_LEFT_OUT = re.compile(
    r"(password|secret|code|credential|again|token|private|assertion|response)|^(check|confirm)$"
)

_offered: ContextVar[QueryDict | None] = ContextVar("offered", default=None)


def is_left_out(field: str) -> bool:
    return _LEFT_OUT.search(field) is not None


def keep(request: HttpRequest, user: User) -> str:
    """Keep what the request sent; the address of the page where it is offered again.

    A button on another page leads back to that page, and keeps nothing.
    """
    page = _page_of(request)
    if urlsplit(page).path != request.path:
        return page
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not is_left_out(name)
    ]
    text = json.dumps(fields)
    if not fields or len(text) > _LONGEST:
        return page
    row = KeptForm(
        id=secrets.token_urlsafe(16),
        user=user,
        path=split(request.path)[1][:512],
        expires_at=timezone.now() + LIFETIME,
    )
    row.sealed = vault.seal(text.encode(), row.purpose)
    row.save(force_insert=True)
    query = urlencode({**request.GET.dict(), PARAMETER: row.pk})
    return f"{request.path}?{query}"


def _page_of(request: HttpRequest) -> str:
    """Where the form stood: as the browser says, or at the address that it was sent to."""
    came_from = urlsplit(request.META.get("HTTP_REFERER", ""))
    if came_from.netloc == request.get_host() and came_from.path:
        return f"{came_from.path}?{came_from.query}" if came_from.query else str(came_from.path)
    return request.get_full_path()


def find(request: Any) -> QueryDict | None:
    """What is kept under the address's `?kept=` for who is signed in."""
    key = request.GET.get(PARAMETER, "")
    if not key or request.method != "GET" or request.signed_in is None:
        return None
    path = split(request.path)[1][:512]
    rows = KeptForm.objects.filter(pk=key, path=path, expires_at__gt=timezone.now())
    row = rows.filter(user__unique_id=request.signed_in.user_id).first()
    if row is None:
        return None
    found = QueryDict(mutable=True)
    for name, value in json.loads(vault.unseal(row.sealed, row.purpose)):
        found.appendlist(name, value)
    return found


@contextmanager
def one_request() -> Iterator[None]:
    """What is offered is for the page of one request."""
    token = _offered.set(None)
    try:
        yield
    finally:
        _offered.reset(token)


def offer(kept: QueryDict) -> None:
    """From now on forms that were not sent show what was kept of them."""
    _offered.set(kept)


def offered() -> QueryDict | None:
    return _offered.get()
