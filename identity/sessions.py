"""Console sessions: begun by a finished sign-in, bound to the password, ended by the clock.

Whoever acts is read from here at each request; nothing about permissions is kept in a session.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user, login, logout, update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from identity.callers import Caller, Session
from identity.facts import Facts
from identity.models import User

_SEEN_EVERY = timedelta(minutes=1)


def start(request: HttpRequest, user: User, facts: Facts, mfa_at: datetime | None = None) -> Caller:
    """Sign in: a new session key and CSRF token, the times, and where the session came from."""
    login(request, user, backend="identity.backends.ByKey")
    request.session.cycle_key()
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
    return _caller(request, user)


def caller_of(request: HttpRequest) -> Caller | None:
    """Who is signed in, or None: nobody, or a session that is over (its row goes at once)."""
    user = get_user(request)
    if not isinstance(user, User):
        return None
    if _is_over(request):
        logout(request)
        return None
    return _caller(request, user)


def rebind(request: HttpRequest, user: User) -> None:
    """Keep this session through a change of its own password; every other session ends."""
    update_session_auth_hash(request, user)


def end(request: HttpRequest) -> None:
    """Sign out: the row is deleted, so that a copied cookie is worth nothing."""
    logout(request)


def _is_over(request: HttpRequest) -> bool:
    """Idle for an hour or twelve hours old. Being seen is written at most once a minute."""
    now = timezone.now()
    started, seen = _time(request, "started_at"), _time(request, "seen_at")
    if started is None or seen is None:
        return True
    idle, age = now - seen, now - started
    if idle.total_seconds() > settings.SESSION_IDLE_SECONDS:
        return True
    if age.total_seconds() > settings.SESSION_SECONDS:
        return True
    if idle > _SEEN_EVERY:
        request.session["seen_at"] = now.isoformat()
    return False


def _caller(request: HttpRequest, user: User) -> Caller:
    started = _time(request, "started_at")
    assert started is not None
    ends = started + timedelta(seconds=settings.SESSION_SECONDS)
    return Caller(user, session=Session("console", started, ends, _time(request, "mfa_at")))


def _time(request: HttpRequest, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
