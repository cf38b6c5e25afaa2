"""What a document amounts to, service by service: how much access, to what, on which conditions.

After the policy summaries of AWS's console, but for one thing: statements about other resources or
with other conditions stay rows of their own, so that no row says more than the policy.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

from identity.policy.catalogue import AccessLevel, Catalogue, Service
from identity.policy.conditions import Condition
from identity.policy.values import Document, Effect, Statement

Extent: TypeAlias = Literal["full", "limited"]

LEVELS: tuple[AccessLevel, ...] = get_args(AccessLevel)
EVERY_SERVICE = "*"

_EVERYTHING = ("*", "*:*")


@dataclass(frozen=True, slots=True)
class Access:
    """How much of one service, or of all, under the prefix `*`, statements are about.

    `levels` has those access levels of which there is something; it is empty for a service of
    which only the names are known, where `extent` says all that can be said. `excepted` are those
    that NotAction leaves out.
    """

    prefix: str
    service: str
    extent: Extent
    levels: Mapping[AccessLevel, Extent]
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    excepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """`unknown` are the patterns that fit no action known."""

    denied: tuple[Access, ...]
    allowed: tuple[Access, ...]
    unknown: tuple[str, ...]


class _About(NamedTuple):
    """What rows have in common that are one row."""

    effect: Effect
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    excepted: tuple[str, ...]
    prefix: str


def summary(document: Document, known: Catalogue) -> Summary:
    """The rows in the order of the services' names, all services first."""
    found: dict[_About, set[str]] = {}
    unknown: dict[str, None] = {}
    for statement in document.statements:
        for pattern, about, action in _said(statement, known):
            if action is None:
                unknown[pattern] = None
            else:
                found.setdefault(about, set()).add(action)
    rows = {
        effect: sorted(
            (_access(about, names, known) for about, names in found.items() if about[0] == effect),
            key=lambda access: (access.prefix != EVERY_SERVICE, access.service.lower()),
        )
        for effect in ("Deny", "Allow")
    }
    return Summary(tuple(rows["Deny"]), tuple(rows["Allow"]), tuple(unknown))


def _said(statement: Statement, known: Catalogue) -> Iterator[tuple[str, _About, str | None]]:
    """Pattern, row and action, by and by; None as the action where the pattern fits none."""
    about = _About(
        statement.effect,
        statement.resources,
        statement.not_resources,
        statement.conditions,
        statement.not_actions,
        EVERY_SERVICE,
    )
    if statement.not_actions:
        yield "", about, ""
    for pattern in statement.actions:
        if pattern in _EVERYTHING:
            yield pattern, about, ""
            continue
        names = list(known.matching(pattern))
        if not names:
            yield pattern, about, None
        for name in names:
            prefix, _, action = name.partition(":")
            yield pattern, about._replace(prefix=prefix), action


def _access(about: _About, actions: set[str], known: Catalogue) -> Access:
    service = known.services.get(about.prefix)
    if service is None:
        extent: Extent = "limited" if about.excepted else "full"
        levels = {} if about.excepted else dict.fromkeys(LEVELS, extent)
    else:
        extent = _extent(actions, {action.name for action in service.actions.values()})
        levels = dict(_levels(actions, service)) if service.described else {}
    return Access(
        about.prefix,
        service.name if service else "",
        extent,
        levels,
        about.resources,
        about.not_resources,
        about.conditions,
        about.excepted,
    )


def _levels(actions: set[str], service: Service) -> Iterator[tuple[AccessLevel, Extent]]:
    for level in LEVELS:
        whole = {one.name for one in service.actions.values() if one.access_level == level}
        if actions & whole:
            yield level, _extent(actions, whole)


def _extent(actions: set[str], whole: set[str]) -> Extent:
    return "full" if actions >= whole else "limited"
