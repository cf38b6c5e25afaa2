"""Unfinished wizards, kept in the session and sealed: a draft may hold a typed password."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from console.http import Request
from identity import vault

_KEPT = 5
_SESSION_KEY = "drafts"


def keep(request: Request, values: dict[str, Any], draft_id: str = "") -> str:
    """Store a new draft, or the draft of this id again; returns its id. The newest five stay."""
    draft_id = draft_id or secrets.token_urlsafe(16)
    sealed = vault.seal(json.dumps(values).encode(), f"draft:{draft_id}")
    drafts = request.session.get(_SESSION_KEY, {})
    drafts.pop(draft_id, None)
    drafts[draft_id] = base64.b64encode(sealed).decode()
    request.session[_SESSION_KEY] = dict(list(drafts.items())[-_KEPT:])
    return draft_id


def find(request: Request, draft_id: str) -> dict[str, Any] | None:
    """The draft as it was kept, or None when it is done, pushed out or of another session."""
    sealed = request.session.get(_SESSION_KEY, {}).get(draft_id)
    if sealed is None:
        return None
    try:
        opened = vault.unseal(base64.b64decode(sealed), f"draft:{draft_id}")
    except vault.CannotOpenError:
        return None
    draft: dict[str, Any] = json.loads(opened)
    return draft


def drop(request: Request, draft_id: str) -> None:
    """Forget a draft that is done."""
    drafts = request.session.get(_SESSION_KEY, {})
    if drafts.pop(draft_id, None) is not None:
        request.session[_SESSION_KEY] = drafts
