"""Live sessions as the pages show them: whose, from where, with what, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from console import paging
from console.http import Request
from console.names import user_segment
from console.paging import Page, Part
from console.responses import address
from identity import revocation, session_rights
from identity.authentication import acting_as
from identity.models import ConsoleSession, Role, TemporarySession, User
from identity.revocation import Sessions
from identity.session_store import hashed

SHOWN = 100
"""How many of each kind are counted before a page that ends them says that there are more."""

_PROGRAMS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is `Console` or the operation that issued it; `is_this` marks the reader's own."""

    id: str
    kind: str
    who: str
    who_url: str
    name: str
    source_ip: str
    program: str
    started: datetime
    ends: datetime
    seen: datetime | None
    source_identity: str
    issuer: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """The sessions shown, console ones first; `more` says that there are others."""

    rows: list[Row]
    more: bool


def of(request: Request, principal: User | Role | None = None) -> Listed:
    """The live sessions of the principal, or of the account. Raises AccessDenied."""
    return listed(request, _live(request, principal))


def page_of(request: Request, principal: User | Role | None = None) -> Page[Row]:
    """A page of them, console ones first, those that last longest first. Raises AccessDenied."""
    return page_of_found(request, _live(request, principal))


def page_of_found(request: Request, found: Sequence[Sessions]) -> Page[Row]:
    """A page of console sessions and then of temporary ones."""
    console, temporary = found
    parts = [
        Part(console, "expire_date", "session_key"),
        Part(temporary, "expires_at", "id"),
    ]
    page, this = paging.page_of_parts(request, parts), this_session(request)
    rows = [_row(session, this) for session in page.rows]
    return Page(rows, page.first, page.previous_url, page.next_url)


def _live(request: Request, principal: User | Role | None) -> tuple[Sessions, ...]:
    session_rights.require_to_see(request.caller, request.facts, principal)
    found = revocation.live(request.caller.account, principal)
    if principal is None and not request.caller.is_root:
        found = tuple(rows.exclude(user__is_root=True) for rows in found)
    return found


def listed(request: Request, found: Iterable[Sessions]) -> Listed:
    rows: list[Row] = []
    more = False
    this = this_session(request)
    for sessions in found:
        taken: list[Any] = list(sessions[: SHOWN + 1])
        more = more or len(taken) > SHOWN
        rows += [_row(session, this) for session in taken[:SHOWN]]
    return Listed(rows, more)


def this_session(request: Request) -> frozenset[str]:
    """The IDs of what the request itself comes with: cookie, role in use, credentials."""
    keys = {request.caller.access_key_id, request.signed_in.access_key_id}
    return frozenset({hashed(request.session.session_key or ""), *keys} - {""})


def _row(session: ConsoleSession | TemporarySession, this: frozenset[str]) -> Row:
    principal = session_rights.principal_of(session)
    told = revocation.describe(session)
    console = session if isinstance(session, ConsoleSession) else None
    temporary = session if isinstance(session, TemporarySession) else None
    return Row(
        id=str(session.pk),
        kind=told["Kind"],
        who=_who(principal, session),
        who_url=_url(principal),
        name=temporary.name if temporary else "",
        source_ip=session.source_ip,
        program=program_of(console.user_agent) if console else "",
        started=told["IssuedAt"],
        ends=told["ExpiresAt"],
        seen=console.seen_at if console else None,
        source_identity=temporary.source_identity if temporary else "",
        issuer=(temporary.federated_provider or temporary.issuer_key_id) if temporary else "",
        is_this=session.pk in this,
    )


def _who(principal: User | Role, session: ConsoleSession | TemporarySession) -> str:
    if isinstance(principal, User) and isinstance(session, ConsoleSession):
        return "root" if principal.is_root else principal.name
    assert isinstance(session, TemporarySession)
    return acting_as(session).name


def _url(principal: User | Role) -> str:
    if isinstance(principal, User) and principal.is_root:
        return ""
    segment = user_segment(principal.name, principal.unique_id)
    if isinstance(principal, Role):
        return address("role-sessions", segment)
    return address("user-security-credentials", segment)


def program_of(user_agent: str) -> str:
    """`Firefox on Linux`; of what is no browser, how it begins to name itself."""
    program = next((name for mark, name in _PROGRAMS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if program and system:
        return _("%(program)s on %(system)s") % {"program": program, "system": system}
    return program or user_agent[:40]
