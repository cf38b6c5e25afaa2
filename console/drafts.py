"""Unfinished wizards, kept for a day for who began them, and offered again (console.md 4.3.8).

They are sealed, in rows, so that they outlive a session. A typed password is kept in the session
alone: who comes back in another one types it again.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.http import Request
from console.models import Draft
from identity import vault

LIFETIME = timedelta(hours=24)
_KEPT = 5
_SESSION_KEY = "draft_secrets"
_SECRETS = ("password",)


def keep(
    request: Request,
    values: dict[str, Any],
    draft_id: str = "",
    *,
    page: str = "",
    label: str = "",
) -> str:
    """Store a new draft, or the draft of this id again; returns its id. The newest five stay.

    `page` is where it is taken up again, `label` what it makes; without them it is not offered.
    """
    known = _of(request).filter(pk=draft_id).first() if draft_id else None
    row = known or Draft(id=secrets.token_urlsafe(16), owner=_owner(request))
    row.account_id = request.caller.account_id
    row.page, row.label = page or row.page, label[:128] or row.label
    shown = {name: value for name, value in values.items() if name not in _SECRETS}
    row.sealed = vault.seal(json.dumps(shown).encode(), row.purpose)
    row.expires_at = timezone.now() + LIFETIME
    row.save()
    _keep_secrets(request, row.pk, {name: values[name] for name in _SECRETS if values.get(name)})
    if row.label:  # who begins the same again means the new one
        _of(request).filter(page=row.page, label=row.label).exclude(pk=row.pk).delete()
    newest = _of(request).order_by("-expires_at").values_list("pk", flat=True)[:_KEPT]
    _of(request).exclude(pk__in=list(newest)).delete()
    return row.pk


def find(request: Request, draft_id: str) -> dict[str, Any] | None:
    """The draft as it was kept, or None when it is done, pushed out or of somebody else."""
    row = _of(request).filter(pk=draft_id, expires_at__gt=timezone.now()).first()
    if row is None:
        return None
    try:
        draft: dict[str, Any] = json.loads(vault.unseal(row.sealed, row.purpose))
    except vault.CannotOpenError:
        return None
    return {**dict.fromkeys(_SECRETS, ""), **draft, **_secrets(request, draft_id)}


def drop(request: Request, draft_id: str) -> None:
    """Forget a draft that is done."""
    _of(request).filter(pk=draft_id).delete()
    _keep_secrets(request, draft_id, {})


def offered(request: Request, page: str) -> Sequence[Draft]:
    """Those that can be taken up again at this page, the newest first."""
    rows = _of(request).filter(page=page, expires_at__gt=timezone.now())
    return list(rows.order_by("-expires_at"))


def _of(request: Request) -> Any:
    return Draft.objects.filter(owner=_owner(request), account_id=request.caller.account_id)


def _owner(request: Request) -> str:
    """A user's or root's unique ID; of a role or federated session with the session's name."""
    return request.caller.user_id


def _secrets(request: Request, draft_id: str) -> dict[str, Any]:
    sealed = request.session.get(_SESSION_KEY, {}).get(draft_id)
    if sealed is None:
        return {}
    try:
        opened = vault.unseal(base64.b64decode(sealed), f"draft:{draft_id}")
    except vault.CannotOpenError:
        return {}
    found: dict[str, Any] = json.loads(opened)
    return found


def _keep_secrets(request: Request, draft_id: str, values: dict[str, Any]) -> None:
    kept = request.session.get(_SESSION_KEY, {})
    if not values and draft_id not in kept:
        return
    kept.pop(draft_id, None)
    if values:
        sealed = vault.seal(json.dumps(values).encode(), f"draft:{draft_id}")
        kept[draft_id] = base64.b64encode(sealed).decode()
    request.session[_SESSION_KEY] = dict(list(kept.items())[-_KEPT:])
