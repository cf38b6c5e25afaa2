"""The sessions of one browser: each in a cookie of its own, at most one for each account.

The plain cookie holds the session that addresses without an account act in. Who signs in to a
second account meanwhile gets a cookie named after that account, and pages under `/c/<account>/`. A
cookie's name only says where to look: who acts in a session, and in which account, is read from
rows at each request (`docs/decisions/0007-several-accounts-in-one-browser.md`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from identity import account_paths
from identity.models import ConsoleSession, TemporarySession
from identity.session_store import SessionStore, hashed

CREDENTIALS, ROLE = "credentials", "role"
"""What a session holds: the credentials that opened it; the role that is in use in it."""

MAIN = settings.SESSION_COOKIE_NAME
_ENTRANCE = f"{MAIN}-in"
_OF_ACCOUNT = re.compile(re.escape(MAIN) + "-([0-9]{12})")
_CSRF = settings.CSRF_COOKIE_NAME
_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that somebody is signed in to, with the account that is acted in (`account_id`)."""

    cookie: str
    session_key: str
    account_id: str
    home_id: str
    name: str
    is_root: bool
    role: str
    started_at: datetime
    seen_at: datetime

    @property
    def is_main(self) -> bool:
        return self.cookie == MAIN

    @property
    def prefix(self) -> str:
        """What the addresses of its pages begin with."""
        return "" if self.is_main else f"/c/{self.account_id}"


class Browser:
    """Which sessions this request opened, and which one it is in (`cookie`).

    `account_id` is that of the addresses which the answer has to stay under, "" for none.
    """

    def __init__(self, cookies: Mapping[str, str], account_id: str, path: str) -> None:
        self.opened: dict[str, SessionStore] = {}
        self.dropped: set[str] = set()
        self.cookies, self.account_id = cookies, account_id
        self.cookie = cookie_of(account_id) if cookie_of(account_id) in cookies else MAIN
        at_door = account_paths.is_entrance(path)
        self.csrf_cookie = f"{_CSRF}-in" if at_door else csrf_cookie_of(account_id)

    def turn_to(self, request: HttpRequest, cookie: str) -> None:
        """Make the cookie's session that of the request; those opened before stay as they are."""
        self.cookie = cookie
        if cookie not in self.opened:
            self.opened[cookie] = SessionStore(self.cookies.get(cookie))
        request.session = self.opened[cookie]

    def turn_to_entrance(self, request: HttpRequest) -> None:
        """A sign-in that begins while somebody is signed in has a session of its own."""
        self.turn_to(request, _ENTRANCE)

    def go_under(self, account_id: str) -> None:
        """Let the answer's addresses, and its CSRF cookie, be those of the account."""
        self.account_id, self.csrf_cookie = account_id, csrf_cookie_of(account_id)
        account_paths.go_under(account_id)

    def follow(self, account_id: str) -> None:
        """The session acts in this account from now on; the plain addresses take any."""
        if self.account_id:
            self.go_under(account_id)


def cookie_of(account_id: str) -> str:
    return f"{MAIN}-{account_id}" if account_id else MAIN


def csrf_cookie_of(account_id: str) -> str:
    """A token is worth something only under the addresses of the account that it was given for."""
    return f"{_CSRF}-{account_id}" if account_id else _CSRF


def take_place(request: Any, account_id: str) -> None:
    """Turn to the session that a sign-in to this account gets, emptied of what was in it.

    That is where the browser was signed in to the account already, or else the plain cookie's
    session unless it is another account's.
    """
    browser: Browser = request.browser
    found = {one.cookie: one for one in open_sessions(request)}
    main = found.get(MAIN)
    own = main is None or main.home_id == account_id
    if browser.cookie == _ENTRANCE:
        request.session.flush()
    if own:
        _end_extra(request, cookie_of(account_id))
    else:
        _make_room(request, [one for one in found.values() if one.home_id != account_id])
    browser.turn_to(request, MAIN if own else cookie_of(account_id))
    end(request.session)
    browser.dropped.add(csrf_cookie_of(account_id))
    browser.go_under("" if own else account_id)


def _make_room(request: HttpRequest, others: list[OpenSession]) -> None:
    """End the session that was used longest ago when there are as many as may be."""
    extras = sorted((one for one in others if not one.is_main), key=lambda one: one.seen_at)
    for one in extras[: max(0, len(others) + 1 - _AT_ONCE)]:
        _end_extra(request, one.cookie)


def _end_extra(request: Any, cookie: str) -> None:
    browser: Browser = request.browser
    if cookie in browser.cookies:
        session = browser.opened.setdefault(cookie, SessionStore(browser.cookies[cookie]))
        end(session)
        browser.dropped.add(csrf_cookie_of(cookie.removeprefix(f"{MAIN}-")))


def end(session: SessionBase) -> None:
    """Delete the row, and the temporary credentials that were made for this session alone."""
    role, credentials = session.get(ROLE), session.get(CREDENTIALS)
    made = [role["key_id"]] if role else []
    made += [credentials["key_id"]] if credentials and credentials["owned"] else []
    if made:
        TemporarySession.objects.filter(pk__in=made).delete()
    session.flush()


def leave(request: Any) -> None:
    """After signing out: on to pages of the place that the session had, where it left a note."""
    browser: Browser = request.browser
    browser.go_under(browser.cookie.removeprefix(MAIN).removeprefix("-"))


def end_all(request: Any) -> None:
    """Sign out of every account that is open in this browser."""
    browser: Browser = request.browser
    for cookie in _signed_in_cookies(browser):
        session = browser.opened.setdefault(cookie, SessionStore(browser.cookies[cookie]))
        end(session)
        browser.dropped.add(csrf_cookie_of(cookie.removeprefix(MAIN).removeprefix("-")))


def open_sessions(request: Any) -> list[OpenSession]:
    """The browser's sessions that somebody is signed in to, the plain one first: one query."""
    browser: Browser = request.browser
    cookies = {hashed(browser.cookies[name]): name for name in _signed_in_cookies(browser)}
    if not cookies:
        return []
    now = timezone.now()
    idle = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    rows = ConsoleSession.objects.filter(session_key__in=cookies, expire_date__gt=now)
    found = [
        _read(cookies[row.session_key], row)
        for row in rows.filter(seen_at__gte=idle).select_related("user")
    ]
    return sorted((one for one in found if one), key=lambda one: one.cookie)


def acting_in(request: Any, account_id: str) -> OpenSession | None:
    """The browser's session that acts in the account."""
    found = (one for one in open_sessions(request) if one.account_id == account_id)
    return next(found, None)


def _signed_in_cookies(browser: Browser) -> list[str]:
    return [name for name in browser.cookies if name == MAIN or _OF_ACCOUNT.fullmatch(name)]


def _read(cookie: str, row: ConsoleSession) -> OpenSession | None:
    """None of a session that nobody is signed in to, such as a sign-in that is under way."""
    kept = SessionStore().decode(row.session_data)
    credentials, role = kept.get(CREDENTIALS), kept.get(ROLE)
    if row.user is not None:
        home, name = row.user.account_id, row.user.name or "root"
    elif credentials is not None:
        home, name = credentials["account"], credentials["name"]
    else:
        return None
    return OpenSession(
        cookie=cookie,
        session_key=row.session_key,
        account_id=role["account"] if role else home,
        home_id=home,
        name=name,
        is_root=row.user is not None and row.user.is_root,
        role=role["label"] if role else "",
        started_at=row.started_at,
        seen_at=row.seen_at,
    )
