"""How one person wants the console to look and to tell the time.

A row for everyone who has one in the table of users; a signed cookie for roles and federated users.
What is stored is read value by value: one that is not known here any more counts as not chosen.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.utils import translation

from console import tables
from console.http import Request
from console.models import KeptPreferences
from identity.callers import Caller, Kind
from identity.models import User

THEMES = ("light", "dark")
DENSITIES = ("comfortable", "compact")
DATES = ("relative", "absolute")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
SHORTCUTS = ("none", "search", "all")
HOMES = ("home", "dashboard", "users", "roles", "policies", "activity", "me")
PAGE_SIZES = (10, 25, 50, 100)

RECENT = 8
COOKIE = "preferences"
_YEAR = 365 * 24 * 60 * 60


class Visit(NamedTuple):
    """An object whose page was opened: the word for its kind, its name, and its address."""

    kind: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """`zone` is an IANA name, "" while none was chosen: times are in UTC then, and a browser
    elsewhere asks once. `language` is "" while the browser's counts. `columns` holds, by table,
    the optional columns that are shown; `recent` are the objects that were looked at last, the
    latest first."""

    theme: str = ""
    density: str = "comfortable"
    language: str = ""
    zone: str = ""
    dates: str = "relative"
    page_size: int = 25
    home: str = "home"
    shortcuts: str = "search"
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    recent: tuple[Visit, ...] = ()

    @property
    def time_zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone or "UTC")

    def shown(self, table: tables.Table) -> tuple[str, ...]:
        """The keys of the table's optional columns that this person wants to see."""
        return self.columns.get(table.key, table.default)


@cache
def zones() -> tuple[str, ...]:
    """The names of all time zones; UTC first, and not those that only repeat an offset."""
    plain = (name for name in zoneinfo.available_timezones() if "/" in name)
    return ("UTC", *sorted(name for name in plain if not name.startswith(("Etc/", "SystemV/"))))


def of(request: Request) -> Preferences:
    """Those of who signed in, also while a role is in use; signed out, the defaults."""
    if request.signed_in is None:
        return Preferences()
    if _has_row(request.signed_in):
        return of_user(request.signed_in.user)
    try:
        text = request.COOKIES.get(COOKIE, "")
        return read(_signer(request.signed_in).unsign_object(text))
    except signing.BadSignature:
        return Preferences()


def language_of(request: Request) -> str:
    """The preferred one; else that of the cookie; else what the browser asks for (RFC 9110)."""
    return request.preferences.language or translation.get_language_from_request(request)


def of_user(user: User) -> Preferences:
    """From the row that was read along with the user of a session."""
    row: Any = user  # whether the type checker knows the other side depends on what it read first
    try:
        kept: KeptPreferences = row.kept_preferences
    except KeptPreferences.DoesNotExist:
        return Preferences()
    return read(kept.chosen | {"recent": kept.recent})


def keep(request: Request, response: HttpResponse, preferences: Preferences) -> None:
    """Store them; `response` carries the cookie of who has no row."""
    chosen = asdict(preferences)
    if _has_row(request.signed_in):
        user = request.signed_in.user
        del chosen["recent"]
        KeptPreferences.objects.update_or_create(user=user, defaults={"chosen": chosen})
        return
    text = _signer(request.signed_in).sign_object(chosen)
    secure = bool(settings.HTTPS)
    response.set_cookie(COOKIE, text, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")


def visited(request: Request, response: HttpResponse, visit: Visit) -> None:
    """Put the object first among the recent ones; that it stays first costs nothing."""
    before = request.preferences.recent
    if before[:1] == (visit,):
        return
    recent = (visit, *(one for one in before if one != visit))[:RECENT]
    if _has_row(request.signed_in):
        row = KeptPreferences(user=request.signed_in.user, recent=recent)
        KeptPreferences.objects.bulk_create(  # one statement, whether or not there is a row
            [row], update_conflicts=True, unique_fields=["user"], update_fields=["recent"]
        )
        return
    keep(request, response, replace(request.preferences, recent=recent))


def change(request: Request, response: HttpResponse, **chosen: Any) -> None:
    keep(request, response, replace(request.preferences, **chosen))


def _has_row(caller: Caller) -> bool:
    return caller.kind in (Kind.ROOT, Kind.USER)


def _signer(caller: Caller) -> signing.Signer:
    """Of one identity: what another one chose in this browser is not read."""
    return signing.Signer(salt=f"preferences:{caller.user_id}")


# --- reading ---------------------------------------------------------------------------------

_CHOICES: Mapping[str, tuple[str | int, ...]] = {
    "theme": THEMES,
    "language": LANGUAGES,
    "density": DENSITIES,
    "dates": DATES,
    "shortcuts": SHORTCUTS,
    "home": HOMES,
    "page_size": PAGE_SIZES,
}


def read(stored: Any) -> Preferences:
    """From what was stored, by this release or another one."""
    if not isinstance(stored, dict):
        return Preferences()
    known = {
        name: stored[name] for name, choices in _CHOICES.items() if stored.get(name) in choices
    }
    if stored.get("zone") in zones():
        known["zone"] = stored["zone"]
    return Preferences(
        **known, columns=_columns(stored.get("columns")), recent=_recent(stored.get("recent"))
    )


def _recent(stored: Any) -> tuple[Visit, ...]:
    found = stored if isinstance(stored, list) else []
    return tuple(Visit(*map(str, one)) for one in found if isinstance(one, list) and len(one) == 3)


def _columns(stored: Any) -> dict[str, tuple[str, ...]]:
    found = stored if isinstance(stored, dict) else {}
    return {
        key: tables.TABLES[key].known(chosen)
        for key, chosen in found.items()
        if key in tables.TABLES and isinstance(chosen, list | tuple)
    }
