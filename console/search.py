"""Search over everything: names from their start, by ranges of indexes; whole IDs, ARNs and keys.

Only kinds that the reader may list are looked through. A search makes the same few queries however
many objects there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console import help_topics, kinds, lookups, navigation, responses, search_words
from console.http import Request
from console.kinds import Kind
from console.names import user_segment
from console.permissions import Rights
from console.search_words import Hit
from identity.models.user import folded

SHOWN = 5
SHOWN_OF_ONE = 10
_PRINTABLE = re.compile(r"[!-~][ -~]*", re.ASCII)
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more_url` shows all of them, where there are more."""

    label: str
    hits: list[Hit]
    more_url: str = ""


def exact(text: str) -> str:
    """The address that a whole ARN, unique ID or access key ID leads to, or ""."""
    if lookups.is_arn(text):
        return responses.address("by-arn", arn=text)
    if lookups.KEY_ID.fullmatch(text):
        return responses.address("by-key", text)
    return responses.address("by-id", text) if lookups.UNIQUE_ID.fullmatch(text) else ""


def groups(request: Request, text: str, only: str = "") -> list[Group]:
    """What the text finds, by kind; `only` one kind, by its word in ARNs, with more of it."""
    rights = Rights(request)
    found = [*_tasks(request, rights, text)] if not only else []
    found += [*_objects(request, rights, text, only)]
    if not only:
        found += [*_account(request, text), *_pages(text)]
    return found


def _objects(request: Request, rights: Rights, text: str, only: str) -> Iterator[Group]:
    if not _PRINTABLE.fullmatch(text) or " " in text:
        return  # no name of any kind has a space in it
    account, limit = request.caller.account, SHOWN_OF_ONE if only else SHOWN
    for kind in kinds.KINDS:
        every = kind.every(account.id)
        if (only and kind.word != only) or not rights.allow(f"iam:{kind.lists}", every):
            continue
        rights.require(kind.lists, every)
        rows = list(kind.starting(kind.rows(account), text)[: limit + 1])
        if rows:
            more = _more(kind, text, only) if len(rows) > limit else ""
            yield Group(str(kind.plural), [_hit(kind, row) for row in rows[:limit]], more)


def _hit(kind: Kind, row: Any) -> Hit:
    return Hit(str(row), kind.address(row), getattr(row, "path", "").strip("/"))


def _more(kind: Kind, text: str, only: str) -> str:
    """All of them are in the kind's own list, which is searched in the same way."""
    if kind.word.endswith("provider"):
        return "" if only else responses.address("search", q=text, kind=kind.word)
    return responses.address(kind.list_page, q=text)


def _account(request: Request, text: str) -> Iterator[Group]:
    account = request.caller.account
    names = (account.id, account.alias or "", account.name.lower())
    if text.replace("-", "") == account.id or any(
        one.startswith(text.lower()) for one in names[1:]
    ):
        hit = Hit(account.alias or account.name, navigation.address("dashboard"), account.id)
        yield Group(_("Accounts"), [hit])


def _tasks(request: Request, rights: Rights, text: str) -> Iterator[Group]:
    hits = [hit for wanted in search_words.tasks(text) if (hit := _task(request, rights, wanted))]
    if who := search_words.explained_user(text):
        user = _named(request, rights, kinds.USER, who)
        if hit := search_words.explanation(text, user.arn if user else ""):
            hits.append(hit)
    if hits:
        yield Group(_("Tasks"), hits[:SHOWN])


def _task(request: Request, rights: Rights, wanted: search_words.Wanted) -> Hit | None:
    if not wanted.task.kind:
        return wanted.hit()
    row = _named(request, rights, kinds.BY_WORD[wanted.task.kind], wanted.name)
    return wanted.hit(user_segment(row.name, row.unique_id), row.name) if row else None


def _named(request: Request, rights: Rights, kind: Kind, name: str) -> Any | None:
    """The object of this name, for who may read it."""
    row = kind.rows(request.caller.account).filter(name_folded=folded(name)).first()
    if row is None or not rights.allow(f"iam:Get{kind.noun}", row.arn):
        return None
    rights.require(f"Get{kind.noun}", row.arn)
    return row


def _pages(text: str) -> Iterator[Group]:
    if pages := list(search_words.pages(text))[:SHOWN]:
        yield Group(_("Pages"), pages)
    topics = [
        topic for topic in help_topics.TOPICS if search_words.contains(str(topic.title), text)
    ]
    if topics:
        hits = [Hit(str(one.title), responses.address("help-topic", one.key)) for one in topics]
        yield Group(_("Help"), hits[:SHOWN])
