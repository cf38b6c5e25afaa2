"""The decision: what the layers of policies around a request say, taken together.

AWS's "Policy evaluation logic" within one account: an explicit deny in any layer wins; then every
ceiling must allow and at least one granting layer must; what nobody allows is denied.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from identity.policy import conditions
from identity.policy.conditions import Answer
from identity.policy.patterns import action_matches, matches
from identity.policy.request import Request
from identity.policy.values import VERSION_2012, Document, Statement
from identity.policy.variables import expand


class LayerKind(enum.Enum):
    """Where a layer's policies come from, in AWS's words, in the order AWS evaluates them."""

    RCP = "resource control policy"
    SCP = "service control policy"
    RESOURCE = "resource-based policy"
    ROOT = "root user"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"


CEILINGS = frozenset({LayerKind.RCP, LayerKind.SCP, LayerKind.BOUNDARY, LayerKind.SESSION})
_ORDER = {kind: place for place, kind in enumerate(LayerKind)}


class Outcome(enum.Enum):
    """The three decisions, by the names of the simulator's `EvalDecision`."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True)
class Source:
    """A document and the name under which people know it."""

    name: str
    document: Document


@dataclass(frozen=True, slots=True)
class Layer:
    """Policies of one kind, any of which may allow; a ceiling without policies allows nothing."""

    kind: LayerKind
    policies: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, and because of what: true exactly when the request is allowed.

    `kind` is the layer that decided: the one that allowed or denied, or the first one that did not
    allow; `None` if there was none to ask. `source`, `statement` (its index, from 0) and `sid` name
    the statement that allowed or denied; an implicit deny has none.
    """

    allowed: bool
    outcome: Outcome
    kind: LayerKind | None = None
    source: str | None = None
    statement: int | None = None
    sid: str | None = None

    def __bool__(self) -> bool:
        return self.allowed


class _Match(NamedTuple):
    """A statement that applies to the request, and where it stands."""

    kind: LayerKind
    source: str
    statement: Statement


class _Verdict(NamedTuple):
    """What one layer says: the first statement of each effect that applies."""

    kind: LayerKind
    deny: _Match | None
    allow: _Match | None


def root_layer() -> Layer:
    """The layer that makes a root user almighty: it allows every action on every resource."""
    return _ROOT_LAYER


def decide(request: Request, layers: Sequence[Layer]) -> Decision:
    """Whether the layers let the request through; their order does not matter.

    A statement whose condition cannot be evaluated denies if it is a Deny, and allows nothing if it
    is an Allow.
    """
    ordered = sorted(layers, key=lambda layer: _ORDER[layer.kind])
    verdicts = [_weigh(layer, request) for layer in ordered]
    for verdict in verdicts:
        if verdict.deny:
            return _decision(Outcome.EXPLICIT_DENY, verdict.deny)
    refusing = _first_refusal(verdicts)
    grant = next((one.allow for one in verdicts if one.allow and one.kind not in CEILINGS), None)
    if refusing or grant is None:
        return Decision(False, Outcome.IMPLICIT_DENY, refusing)
    return _decision(Outcome.ALLOWED, grant)


def _decision(outcome: Outcome, match: _Match) -> Decision:
    statement = match.statement
    return Decision(
        outcome is Outcome.ALLOWED,
        outcome,
        match.kind,
        match.source,
        statement.index,
        statement.sid or None,
    )


def _first_refusal(verdicts: Sequence[_Verdict]) -> LayerKind | None:
    """The first kind in AWS's order that had to allow and did not.

    One granting layer is enough; when none allows, the last of them in that order is named, so that
    a principal with no policy at all reads of identity-based policies.
    """
    granting = [verdict for verdict in verdicts if verdict.kind not in CEILINGS]
    granted = any(verdict.allow for verdict in granting)
    last = granting[-1] if granting else None
    for verdict in verdicts:
        required = verdict.kind in CEILINGS or (not granted and verdict is last)
        if required and not verdict.allow:
            return verdict.kind
    return None


def _weigh(layer: Layer, request: Request) -> _Verdict:
    allow = None
    for source in layer.policies:
        for statement in source.document.statements:
            if allow is not None and statement.effect == "Allow":
                continue
            answer = _applies(statement, request, source.document.variables)
            if statement.effect == "Deny" and answer is not Answer.NO:
                return _Verdict(layer.kind, _Match(layer.kind, source.name, statement), allow)
            if statement.effect == "Allow" and answer is Answer.YES:
                allow = _Match(layer.kind, source.name, statement)
    return _Verdict(layer.kind, None, allow)


# --- one statement ------------------------------------------------------------------------------


def _applies(statement: Statement, request: Request, variables: bool) -> Answer:
    if not _names_action(statement, request.action):
        return Answer.NO
    if not _names_resource(statement, request, variables):
        return Answer.NO
    if statement.principals or statement.not_principals:
        return Answer.UNKNOWN
    return conditions.answer(statement.conditions, request, variables=variables)


def _names_action(statement: Statement, action: str) -> bool:
    if statement.actions:
        return action_matches(statement.actions, action)
    return not action_matches(statement.not_actions, action)


def _names_resource(statement: Statement, request: Request, variables: bool) -> bool:
    listed = statement.resources or statement.not_resources
    expanded = (expand(pattern, request, variables=variables) for pattern in listed)
    named = any(pieces is not None and matches(pieces, request.resource) for pieces in expanded)
    return named if statement.resources else not named


_ROOT_LAYER = Layer(
    LayerKind.ROOT,
    (
        Source(
            "root user",
            Document(VERSION_2012, "", (Statement("", "Allow", actions=("*",), resources=("*",)),)),
        ),
    ),
)
