"""A policy document in words for people: its summary by service, its size, its text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.templatetags.formats import json_pretty
from identity.catalogue import catalogue
from identity.policy import UNREADABLE, Document, load
from identity.policy.conditions import Condition
from identity.policy.summary import EVERY_SERVICE, LEVELS, Access, Summary, summary

_LEVEL_WORDS = {
    "List": gettext_lazy("List"),
    "Read": gettext_lazy("Read"),
    "Write": gettext_lazy("Write"),
    "Permissions management": gettext_lazy("Permissions"),
    "Tagging": gettext_lazy("Tagging"),
}


def level_words(level: str | None) -> str:
    """The console's word for an access level; "" where none is known."""
    return str(_LEVEL_WORDS.get(level or "", ""))


@dataclass(frozen=True, slots=True)
class Level:
    """One of the five cells; `extent` is full, limited or "" for nothing."""

    label: str
    extent: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; without `levels`, `access` says all that can be said."""

    service: str
    prefix: str
    access: str
    levels: list[Level]
    resources: list[str]
    conditions: list[str]
    is_full: bool
    is_of_all_resources: bool

    @property
    def is_everything(self) -> bool:
        """Every action of every service, whatever it is limited to."""
        return self.is_full and self.prefix == EVERY_SERVICE


@dataclass(frozen=True, slots=True)
class Shown:
    """`unreadable` is set for a text that cannot be read, and so denies everything."""

    denied: list[Line]
    allowed: list[Line]
    unknown: tuple[str, ...]
    unreadable: bool = False


@lru_cache(maxsize=128)
def _summary(text: str) -> Summary | None:
    document = load(text)
    return None if document is UNREADABLE else summary(document, catalogue())


def shown(text: str) -> Shown:
    """The summary of a document's text."""
    found = _summary(text)
    if found is None:
        return Shown([], [], (), unreadable=True)
    return _shown(found)


def of(document: Document) -> Shown:
    """The summary of a document that is no stored text."""
    return _shown(summary(document, catalogue()))


def _shown(found: Summary) -> Shown:
    return Shown([*map(_line, found.denied)], [*map(_line, found.allowed)], found.unknown)


def _line(access: Access) -> Line:
    return Line(
        service=access.service or _("All services"),
        prefix=access.prefix,
        access=_access(access),
        levels=[Level(str(_LEVEL_WORDS[level]), access.levels.get(level, "")) for level in LEVELS]
        if access.levels
        else [],
        resources=_resources(access),
        conditions=[_condition(condition) for condition in access.conditions],
        is_full=access.extent == "full",
        is_of_all_resources=access.resources == ("*",),
    )


def _access(access: Access) -> str:
    if access.excepted:
        return _("Everything but %(actions)s") % {"actions": ", ".join(access.excepted)}
    if access.extent == "full":
        return _("Full access")
    return "" if access.levels else _("Limited")


def _resources(access: Access) -> list[str]:
    if access.not_resources:
        return [_("All but %(resource)s") % {"resource": one} for one in access.not_resources]
    return [_("All resources") if one == "*" else one for one in access.resources]


def _condition(condition: Condition) -> str:
    return f"{condition.key} {condition.operator} {', '.join(condition.values)}"


def text(document: str) -> str:
    """As it was written, or indented where it was written in one line."""
    return document if "\n" in document.strip() else json_pretty(document)
