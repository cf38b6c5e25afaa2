"""A policy document as values, read from JSON by `document`."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from identity.policy.conditions import Condition
from identity.policy.patterns import actions_expression, texts_expression
from identity.policy.places import Span
from identity.policy.principals import Named

Effect: TypeAlias = Literal["Allow", "Deny"]

VERSION_2008 = "2008-10-17"
VERSION_2012 = "2012-10-17"
VERSIONS = (VERSION_2008, VERSION_2012)


class Kind(enum.Enum):
    """What a document is for, and so what it may say."""

    IDENTITY = "identity"
    MANAGED = "managed"
    SESSION = "session"
    RESOURCE = "resource"
    TRUST = "trust"

    @property
    def names_principals(self) -> bool:
        return self in (Kind.RESOURCE, Kind.TRUST)


class Compiled(NamedTuple):
    """The patterns of a statement, ready to match: what has variables waits for the request."""

    actions: re.Pattern[str]
    resources: re.Pattern[str] | None
    resources_with_variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; an element that it lacks is empty, `index` counts from 0 in its document.

    `principals` pairs the type (`AWS`, `Service`, …) with a value.
    """

    sid: str
    effect: Effect
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[Named, ...] = ()
    not_principals: tuple[Named, ...] = ()
    conditions: tuple[Condition, ...] = ()
    index: int = 0
    _compiled: Compiled | None = field(default=None, init=False, compare=False, repr=False)

    @property
    def compiled(self) -> Compiled:
        """The patterns, compiled at first use: a document that is refused for its size never is."""
        compiled = self._compiled or _compile(self)
        object.__setattr__(self, "_compiled", compiled)
        return compiled


def _compile(statement: Statement) -> Compiled:
    listed = statement.resources or statement.not_resources
    return Compiled(
        actions_expression(statement.actions or statement.not_actions),
        texts_expression(tuple(pattern for pattern in listed if "${" not in pattern)),
        tuple(pattern for pattern in listed if "${" in pattern),
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document; policy variables mean something in version 2012-10-17 only.

    `spans` tells where in the text that was read each statement stands; it is no part of what the
    document says.
    """

    version: str
    id: str
    statements: tuple[Statement, ...]
    spans: tuple[Span, ...] = field(default=(), compare=False, repr=False)

    @property
    def variables(self) -> bool:
        return self.version == VERSION_2012
