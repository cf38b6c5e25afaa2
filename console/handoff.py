"""Secrets shown once: sealed in a row, the key in the browser's cookie, neither alone is enough.

The operation answers with `give`, which leads to a page that can be reloaded for ten minutes.
That page reads with `take`; its Done button ends in `done`, after which nobody can read it.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from console.http import Request
from console.models import Handoff
from console.responses import SeeOther

LIFETIME = timedelta(minutes=10)
COOKIE = "__Secure-handoff" if settings.HTTPS else "handoff"

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """Secrets by their labels, which are also the columns of the CSV file, until a moment (UTC).

    One row for each whom they are for, as a rule one alone.
    """

    rows: list[dict[str, str]]
    until: datetime

    @property
    def values(self) -> dict[str, str]:
        return self.rows[0]


def give(
    request: HttpRequest,
    owner: str,
    values: Mapping[str, str] | Sequence[Mapping[str, str]],
    path_name: str,
    *args: str,
) -> HttpResponse:
    """303 to the page `path_name` (whose last argument is the handoff's id), with the key's cookie.

    Only the caller whose `user_id` is `owner` will be able to read `values`: a user, root, or a
    role's or federated session. Expired handoffs of anybody are deleted on the way.
    """
    rows = [values] if isinstance(values, Mapping) else values
    now = timezone.now()
    Handoff.objects.filter(expires_at__lte=now).delete()
    handoff_id, key = secrets.token_urlsafe(32), _key(request)
    Handoff.objects.create(
        id=handoff_id,
        owner=owner,
        sealed=_seal(
            key, json.dumps([dict(row) for row in rows]).encode(), f"{handoff_id}:{owner}"
        ),
        expires_at=now + LIFETIME,
    )
    response = SeeOther(reverse(path_name, args=[*args, handoff_id]))
    _set_cookie(response, key)
    return response


def again(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The redirect of a form that was sent twice: the second answer needs the cookie too."""
    handoff_id = response.headers["Location"].rpartition("/")[2]
    if Handoff.objects.filter(pk=handoff_id).exists():
        _set_cookie(response, _key(request))
    return response


def take(request: Request, handoff_id: str) -> Shown | None:
    """The secrets of the caller's handoff, or None: over, done, or not this browser's."""
    found = Handoff.objects.filter(
        pk=handoff_id, owner=request.caller.user_id, expires_at__gt=timezone.now()
    ).first()
    opened = found and _unseal(
        request.COOKIES.get(COOKIE, ""), bytes(found.sealed), f"{handoff_id}:{found.owner}"
    )
    return Shown(json.loads(opened), found.expires_at) if found and opened else None


def done(request: Request, response: HttpResponse, handoff_id: str) -> HttpResponse:
    """Delete the row and the cookie; `request` is a POST to the handoff's own page."""
    Handoff.objects.filter(pk=handoff_id, owner=request.caller.user_id).delete()
    response.delete_cookie(COOKIE, path=escape_uri_path(request.path), samesite="Strict")
    return response


def csv_file(rows: Sequence[Mapping[str, str]], name: str) -> HttpResponse:
    """A header line and a line for each row, never altered: UTF-8 without BOM, CRLF (RFC 4180)."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response, lineterminator="\r\n").writerows(
        [rows[0].keys(), *(row.values() for row in rows)]
    )
    return response


def _key(request: HttpRequest) -> bytes:
    """32 bytes: from the form's token if it has one, so that both of two equal POSTs know it."""
    token = request.POST.get("form_token", "")
    return hmac.digest(token.encode(), b"handoff", "sha256") if token else os.urandom(32)


def _set_cookie(response: HttpResponse, key: bytes) -> None:
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(key).decode(),
        max_age=LIFETIME,
        path=response.headers["Location"],
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def _seal(key: bytes, text: bytes, purpose: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, purpose.encode())


def _unseal(cookie: str, sealed: bytes, purpose: str) -> bytes | None:
    try:
        key = AESGCM(base64.urlsafe_b64decode(cookie))
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
    except (binascii.Error, ValueError, InvalidTag):
        return None
