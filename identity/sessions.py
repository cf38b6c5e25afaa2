"""Console sessions: begun by a finished sign-in, ended by the clock.

One that a password opened is bound to the password; one that temporary credentials opened lasts as
long as their row and carries what they carry. Whoever acts is read from here at each request;
nothing about permissions is kept in a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user, login, update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone

from identity import browser
from identity.authentication import acting_as
from identity.browser import CREDENTIALS
from identity.callers import Caller, Session
from identity.facts import Facts, source_ip
from identity.models import ConsoleSettings, Role, TemporarySession, User

_SEEN_EVERY = timedelta(minutes=1)
_AT_ONCE = 20
_LEFT = "left"
_LEFT_SECONDS = 600


def start(request: HttpRequest, user: User, facts: Facts, mfa_at: datetime | None = None) -> Caller:
    """Sign in: a new session key and CSRF token, the times, and where the session came from.

    What the browser held of that account before is ended; its sessions of other accounts stay, and
    this one is then reached under the account's own addresses. Call it inside the transaction that
    records the sign-in: the session's row commits with the event.
    """
    browser.take_place(request, user.account_id)
    login(request, user, backend="identity.backends.ByKey")
    _begin(request, facts, mfa_at)
    request.session.set_expiry(ConsoleSettings.of(user.account).session_length)
    request.session.save()
    _end_oldest(user)
    return _caller(request, user)


def start_with(
    request: HttpRequest,
    credentials: TemporarySession,
    facts: Facts,
    *,
    issuer: str = "",
    owned: bool = False,
    more: Mapping[str, Any] | None = None,
) -> Caller:
    """As `start`, for who comes with temporary credentials instead of a password.

    `issuer` says where to sign in again. Credentials that are `owned` were made for this session
    alone and go when it is signed out. `more` is what else the session is to remember.
    """
    account, caller = credentials.principal.account_id, caller_with(credentials)
    browser.take_place(request, account)
    rotate_token(request)
    _begin(request, facts, credentials.mfa_at)
    kept = {"key_id": credentials.pk, "account": account, "name": caller.name}
    request.session[CREDENTIALS] = {**kept, "issuer": issuer, "owned": owned}
    request.session.update(dict(more or {}))
    request.session.set_expiry(credentials.expires_at)
    request.session.save()
    return caller


def _begin(request: HttpRequest, facts: Facts, mfa_at: datetime | None) -> None:
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


def caller_of(request: HttpRequest) -> Caller | None:
    """Who is signed in, or None: nobody, or a session that is over (its row goes at once)."""
    user = get_user(request)
    if not isinstance(user, User):
        return _caller_by_credentials(request)
    ended = _ended(request, _limit_of_user(request, user), user)
    if ended is not None:
        _close(request)
        left = {"account": user.account_id, "is_root": user.is_root, "user": user.pk}
        _leave(request, {**left, **ended})
        return None
    return _caller(request, user)


def _caller_by_credentials(request: HttpRequest) -> Caller | None:
    """The role or federated user whose credentials opened the session, read from their row."""
    kept = request.session.get(CREDENTIALS)
    if kept is None:
        return None
    row = TemporarySession.signing(kept["key_id"])
    ended = (
        _ended(request, row.expires_at, row.principal)
        if row
        else {"at": timezone.now().isoformat()}
    )
    if row is not None and ended is None:
        return caller_with(row)
    _close(request)
    why = ended.get("why") if ended else None
    why = why if why in ("idle", "address") else "credentials"
    left = {"account": kept["account"], "issuer": kept["issuer"]}
    _leave(request, {**left, **(ended or {}), "why": why})
    return None


def caller_with(row: TemporarySession) -> Caller:
    """Who acts in the console with these credentials."""
    if row.role is not None:
        row.role.used(timezone.now(), "us-east-1")
    caller = acting_as(row)
    assert caller.session is not None  # of temporary credentials
    return replace(caller, session=replace(caller.session, in_console=True))


def rebind(request: HttpRequest, user: User) -> None:
    """Keep this session through a change of its own password; every other session ends.

    `user` has the new hash. Django's lazy `request.user`, read only now, would take this session
    for one of the others and end it.
    """
    request.user = user
    update_session_auth_hash(request, user)


def end(request: HttpRequest) -> None:
    """Sign out: the row is deleted, so that a copied cookie is worth nothing."""
    user, kept = get_user(request), request.session.get(CREDENTIALS)
    _close(request)
    if isinstance(user, User):
        _leave(request, {"account": user.account_id, "is_root": user.is_root})
    elif kept is not None:
        _leave(request, {"account": kept["account"], "issuer": kept["issuer"]})
    browser.leave(request)


def _close(request: HttpRequest) -> None:
    browser.end(request.session)
    request.user = AnonymousUser()


def left(request: HttpRequest) -> dict[str, Any] | None:
    """What this browser's last session leaves behind for a few minutes, for the page that says so.

    `account` (ID); `is_root` of one that a password opened, `issuer` (where to sign in again) of
    one that credentials did; when it was not signed out also `why`, "idle", "limit", "address" or
    "credentials", and `at`, and of one that a password opened `user`, whose it was.
    """
    found = request.session.get(_LEFT)
    return found if isinstance(found, dict) else None


def _leave(request: HttpRequest, what: dict[str, Any]) -> None:
    request.session[_LEFT] = what
    request.session.set_expiry(_LEFT_SECONDS)


def _limit_of_user(request: HttpRequest, user: User) -> datetime | None:
    started = _time(request, "started_at")
    return started + ConsoleSettings.of(user.account).session_length if started else None


def _ended(
    request: HttpRequest, limit: datetime | None, principal: User | Role
) -> dict[str, str] | None:
    """Why and when the session ended: idle, at its limit, or gone to an address that the account
    does not take; None while it lasts.

    Being seen is written at most once a minute.
    """
    now, rules = timezone.now(), ConsoleSettings.of(principal.account)
    seen = _time(request, "seen_at")
    if limit is None or seen is None:
        return {"why": "limit", "at": now.isoformat()}
    is_root = isinstance(principal, User) and principal.is_root
    if not rules.lets_in(source_ip(request), is_root=is_root):
        return {"why": "address", "at": now.isoformat()}
    idle_from = seen + rules.idle_limit
    if now >= min(idle_from, limit):
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
    started, ends = _time(request, "started_at"), _limit_of_user(request, user)
    assert started is not None
    assert ends is not None
    return Caller(user, session=Session("console", started, ends, _time(request, "mfa_at")))


def _time(request: HttpRequest, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
