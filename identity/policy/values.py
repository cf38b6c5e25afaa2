"""A policy document as values, read from JSON by `document`, and as rules ready to be asked."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from identity.policy.conditions import Condition, Question, question
from identity.policy.patterns import Globs, folded, glob, globs
from identity.policy.places import Span
from identity.policy.principals import Named
from identity.policy.variables import Template, glob_template, has_variables

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


@dataclass(frozen=True, slots=True)
class Rule:
    """A statement with its patterns and conditions read, ready to be put to requests.

    With `variables` a `${` means something, and resources that hold one wait for the request. With
    `listing` the resources are those that the statement is about, not those that it leaves out.
    `span` is the statement's place in the text.
    """

    statement: Statement
    variables: bool
    denies: bool
    listing: bool
    names_principals: bool
    actions: Globs
    resources: Globs
    resources_with_variables: tuple[Template, ...]
    questions: tuple[Question, ...]
    span: Span | None

    def means_action(self, action: str) -> bool:
        """Whether the statement is about an action, given `folded`."""
        return self.actions.fit(action) is bool(self.statement.actions)


def _rule(statement: Statement, span: Span | None, variables: bool) -> Rule:
    actions = statement.actions or statement.not_actions
    resources = statement.resources or statement.not_resources
    waiting = [one for one in resources if variables and has_variables(one)]
    return Rule(
        statement,
        variables,
        statement.effect == "Deny",
        bool(statement.resources),
        bool(statement.principals or statement.not_principals),
        globs(glob(folded(pattern)) for pattern in actions),
        globs(glob(pattern) for pattern in resources if pattern not in waiting),
        tuple(map(glob_template, waiting)),
        tuple(question(one, variables=variables) for one in statement.conditions),
        span,
    )


ACTIONS_KEPT = 128
"""Actions for which a document, and a layer of documents, remember their rules."""


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
    _rules: tuple[Rule, ...] | None = field(default=None, init=False, compare=False, repr=False)
    _about: dict[str, tuple[Rule, ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @property
    def variables(self) -> bool:
        return self.version == VERSION_2012

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The statements, read at first use: a document refused for its size never is."""
        rules = self._rules
        if rules is None:
            spans = self.spans or (None,) * len(self.statements)
            pairs = zip(self.statements, spans, strict=True)
            rules = tuple(_rule(*pair, self.variables) for pair in pairs)
            object.__setattr__(self, "_rules", rules)
        return rules

    def about(self, action: str) -> tuple[Rule, ...]:
        """The rules that are about the action, whatever its case; remembered for some actions."""
        found = self._about.get(action)
        return self._find(action) if found is None else found

    def _find(self, action: str) -> tuple[Rule, ...]:
        units = folded(action)
        found = tuple(rule for rule in self.rules if rule.means_action(units))
        if len(self._about) >= ACTIONS_KEPT:
            self._about.clear()
        self._about[action] = found
        return found
