"""Console sessions: begun by a finished sign-in, bound to the password, ended by the clock.

Whoever acts is read from here at each request; nothing about permissions is kept in a session.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user, login, logout, update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from identity.callers import Caller, Session
from identity.facts import Facts
from identity.models import User

_SEEN_EVERY = timedelta(minutes=1)
_AT_ONCE = 20
_LEFT = "left"
_LEFT_SECONDS = 600


def start(request: HttpRequest, user: User, facts: Facts, mfa_at: datetime | None = None) -> Caller:
    """Sign in: a new session key and CSRF token, the times, and where the session came from.

    Nothing that the browser's session held before is kept. Call it inside the transaction that
    records the sign-in: the session's row commits with the event.
    """
    request.session.flush()
    login(request, user, backend="identity.backends.ByKey")
    now = facts.at.isoformat()
    request.session.update(
        {
            "started_at": now,
            "seen_at": now,
            "mfa_at": mfa_at.isoformat() if mfa_at else None,
            "source_ip": facts.source_ip,
            "user_agent": facts.user_agent,
        }
    )
    request.session.set_expiry(settings.SESSION_SECONDS)
    request.session.save()
    _end_oldest(user)
    return _caller(request, user)


def caller_of(request: HttpRequest) -> Caller | None:
    """Who is signed in, or None: nobody, or a session that is over (its row goes at once)."""
    user = get_user(request)
    if not isinstance(user, User):
        return None
    ended = _ended(request)
    if ended is not None:
        logout(request)
        _leave(request, {"account": user.account_id, "is_root": user.is_root, **ended})
        return None
    return _caller(request, user)


def rebind(request: HttpRequest, user: User) -> None:
    """Keep this session through a change of its own password; every other session ends.

    `user` has the new hash. Django's lazy `request.user`, read only now, would take this session
    for one of the others and end it.
    """
    request.user = user
    update_session_auth_hash(request, user)


def end(request: HttpRequest) -> None:
    """Sign out: the row is deleted, so that a copied cookie is worth nothing."""
    user = get_user(request)
    logout(request)
    if isinstance(user, User):
        _leave(request, {"account": user.account_id, "is_root": user.is_root})


def left(request: HttpRequest) -> dict[str, Any] | None:
    """What this browser's last session leaves behind for a few minutes, for the page that says so.

    `account` (ID) and `is_root`; when the clock ended it also `why`, "idle" or "limit", and `at`.
    """
    found = request.session.get(_LEFT)
    return found if isinstance(found, dict) else None


def _leave(request: HttpRequest, what: dict[str, Any]) -> None:
    request.session[_LEFT] = what
    request.session.set_expiry(_LEFT_SECONDS)


def _ended(request: HttpRequest) -> dict[str, str] | None:
    """Why and when the session ended: an hour idle, or twelve hours old; None while it lasts.

    Being seen is written at most once a minute.
    """
    now = timezone.now()
    started, seen = _time(request, "started_at"), _time(request, "seen_at")
    if started is None or seen is None:
        return {"why": "limit", "at": now.isoformat()}
    idle_from = seen + timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    limit = started + timedelta(seconds=settings.SESSION_SECONDS)
    if now > min(idle_from, limit):
        why = "idle" if idle_from < limit else "limit"
        return {"why": why, "at": min(idle_from, limit).isoformat()}
    if now - seen > _SEEN_EVERY:
        request.session["seen_at"] = now.isoformat()
    return None


def _end_oldest(user: User) -> None:
    """Keep a user's newest sessions: a program that signs in again and again fills no table."""
    newest = user.console_sessions.order_by("-started_at", "-session_key")
    kept = list(newest.values_list("session_key", flat=True)[:_AT_ONCE])
    user.console_sessions.exclude(session_key__in=kept).delete()


def _caller(request: HttpRequest, user: User) -> Caller:
    started = _time(request, "started_at")
    assert started is not None
    ends = started + timedelta(seconds=settings.SESSION_SECONDS)
    return Caller(user, session=Session("console", started, ends, _time(request, "mfa_at")))


def _time(request: HttpRequest, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
