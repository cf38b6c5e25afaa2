"""The decision: what the layers of policies around a request say, taken together.

AWS's "Policy evaluation logic": an explicit deny in any layer wins; then every ceiling must allow
and so must a granting layer, or both sides where a request crosses accounts; what nobody allows is
denied. How far a resource-based policy grants depends on how it names who asks (`Naming`).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from identity.policy.matching import naming
from identity.policy.places import Span
from identity.policy.principals import Naming
from identity.policy.request import Request, Value
from identity.policy.values import ACTIONS_KEPT, VERSION_2012, Document, Rule, Statement


class LayerKind(enum.Enum):
    """Where a layer's policies come from, in AWS's words, in the order AWS evaluates them."""

    RCP = "resource control policy"
    SCP = "service control policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"
    ROOT = "root user"
    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"

    # Each member is one object: hashing that takes a tenth of hashing its name.
    __hash__ = object.__hash__


CEILINGS = frozenset({LayerKind.RCP, LayerKind.SCP, LayerKind.BOUNDARY, LayerKind.SESSION})
OF_RESOURCE = frozenset({LayerKind.RESOURCE, LayerKind.TRUST})
OF_CALLER = frozenset({LayerKind.ROOT, LayerKind.IDENTITY})
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
    """Policies of one kind, any of which may allow; a ceiling without policies allows nothing.

    `keys` are condition keys that these policies alone see, such as the MFA of AssumeRole's caller.
    """

    kind: LayerKind
    policies: tuple[Source, ...]
    keys: tuple[tuple[str, Value], ...] = ()
    _about: dict[str, tuple[tuple[Source, Rule], ...]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def about(self, action: str) -> tuple[tuple[Source, Rule], ...]:
        """The rules that are about the action, each with its policy; remembered for some."""
        found = self._about.get(action)
        return self._find(action) if found is None else found

    def _find(self, action: str) -> tuple[tuple[Source, Rule], ...]:
        found = tuple((one, rule) for one in self.policies for rule in one.document.about(action))
        if len(self._about) >= ACTIONS_KEPT:
            self._about.clear()
        self._about[action] = found
        return found

    def seen(self, request: Request) -> Request:
        """The request as these policies see it.

        `*` in a resource control policy, which names nobody else, means outsiders too.
        """
        if self.kind is LayerKind.RCP and request.principal and request.principal.outsider:
            request = replace(request, principal=replace(request.principal, outsider=False))
        if not self.keys:
            return request
        return replace(request, context={**request.context, **dict(self.keys)})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, and because of what: true exactly when the request is allowed.

    `kind` is the layer that decided: the one that allowed or denied, or the first one that did not
    allow; `None` if there was none to ask. `source`, `statement` (its index, from 0) and `sid` name
    the statement that allowed or denied, `span` its place in the text; an implicit deny has none.
    """

    allowed: bool
    outcome: Outcome
    kind: LayerKind | None = None
    source: str | None = None
    statement: int | None = None
    sid: str | None = None
    span: Span | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return self.allowed


class Match(NamedTuple):
    """A statement that applies to the request, where it stands, and how it names who asks."""

    kind: LayerKind
    source: str
    statement: Statement
    span: Span | None
    naming: Naming


class _Verdict(NamedTuple):
    """What one layer says: the first statement that denies, the one that allows furthest."""

    kind: LayerKind
    deny: Match | None
    allow: Match | None


def root_layer() -> Layer:
    """The layer that makes a root user almighty: it allows every action on every resource."""
    return _ROOT_LAYER


def decide(request: Request, layers: Sequence[Layer]) -> Decision:
    """Whether the layers let the request through; their order does not matter.

    Pass one layer for each level of SCPs and RCPs, none for principals and resources that these do
    not reach; a `SESSION` layer for every session that was given policies, and an empty one for a
    federated user who was given none. A statement whose condition cannot be evaluated denies if it
    is a Deny, and allows nothing if it is an Allow.
    """
    verdicts = [_weigh(layer, layer.seen(request)) for layer in in_order(layers)]
    for verdict in verdicts:
        if verdict.deny:
            return _decision(Outcome.EXPLICIT_DENY, verdict.deny)
    return _without_deny(verdicts, request.crosses_accounts)


def in_order(layers: Sequence[Layer]) -> list[Layer]:
    """The layers in AWS's order of evaluation."""
    return sorted(layers, key=_place) if len(layers) > 1 else list(layers)


def _place(layer: Layer) -> int:
    return _ORDER[layer.kind]


def matched_statements(request: Request, layers: Sequence[Layer]) -> list[Match]:
    """The statements that determine the decision: all that deny, else all that grant if allowed.

    Those of the simulator's `MatchedStatements`: an implicit deny has none, ceilings do not grant.
    """
    outcome = decide(request, layers).outcome
    if outcome is Outcome.IMPLICIT_DENY:
        return []
    statements = (
        _match(layer, source, rule, layer.seen(request))
        for layer in layers
        for source, rule in layer.about(request.action)
    )
    matches = [match for match in statements if match is not None]
    if outcome is Outcome.EXPLICIT_DENY:
        return [match for match in matches if match.statement.effect == "Deny"]
    return [match for match in matches if match.kind not in CEILINGS]


def _decision(outcome: Outcome, match: Match) -> Decision:
    statement = match.statement
    return Decision(
        outcome is Outcome.ALLOWED,
        outcome,
        match.kind,
        match.source,
        statement.index,
        statement.sid or None,
        match.span,
    )


# --- what the layers say together ----------------------------------------------------------------


def _without_deny(verdicts: Sequence[_Verdict], crosses_accounts: bool) -> Decision:
    said = [(one.kind, one.allow.naming if one.allow else Naming.NONE) for one in verdicts]
    refused = refusing(said, crosses_accounts=crosses_accounts)
    if refused:
        return Decision(False, Outcome.IMPLICIT_DENY, refused[0])
    allows = [verdict.allow for verdict in verdicts if verdict.allow]
    of_resource = (match for match in allows if match.kind in OF_RESOURCE)
    given = max(of_resource, key=lambda match: match.naming, default=None)
    if given and given.naming >= Naming.OWNER and not crosses_accounts:
        return _decision(Outcome.ALLOWED, given)
    return _decision(Outcome.ALLOWED, next(one for one in allows if one.kind in OF_CALLER))


def refusing(
    said: Sequence[tuple[LayerKind, Naming]], *, crosses_accounts: bool
) -> tuple[LayerKind | None, ...]:
    """The kinds that have to allow and do not, in AWS's order; none of them if all is allowed.

    `said` is how each layer that nothing denies in allows, `NONE` if it is silent. `None` comes
    last, for a grant that no layer is there to give.
    """
    return _refusing_of(tuple(said), crosses_accounts)


@lru_cache(1024)
def _refusing_of(
    said: tuple[tuple[LayerKind, Naming], ...], crosses_accounts: bool
) -> tuple[LayerKind | None, ...]:
    silent = {kind for kind, naming in said if naming is Naming.NONE}
    given = max((naming for kind, naming in said if kind in OF_RESOURCE), default=Naming.NONE)
    own = any(naming for kind, naming in said if kind in OF_CALLER)
    # Between accounts, no way of naming the caller replaces what the caller's own account says.
    reach = Naming.NONE if crosses_accounts else given
    granted = own or reach >= Naming.OWNER
    return tuple(_refusing(silent, given, reach, granted, crosses_accounts))


def _refusing(
    silent: set[LayerKind], given: Naming, reach: Naming, granted: bool, crosses_accounts: bool
) -> Iterator[LayerKind | None]:
    yield from (kind for kind in (LayerKind.RCP, LayerKind.SCP) if kind in silent)
    if not given and (crosses_accounts or LayerKind.TRUST in silent):
        yield LayerKind.TRUST if LayerKind.TRUST in silent else LayerKind.RESOURCE
    if not granted and (LayerKind.IDENTITY in silent or given or crosses_accounts):
        yield LayerKind.IDENTITY
    elif not granted and LayerKind.RESOURCE in silent:
        yield LayerKind.RESOURCE
    if reach < Naming.SELF:
        yield from (kind for kind in (LayerKind.BOUNDARY, LayerKind.SESSION) if kind in silent)
    if not granted:
        yield None


def _weigh(layer: Layer, request: Request) -> _Verdict:
    allow: Match | None = None
    # Only a policy of the resource can allow further than the first statement that allows.
    enough = Naming.SELF if layer.kind in OF_RESOURCE else Naming.ACCOUNT
    for source, rule in layer.about(request.action):
        if allow is not None and allow.naming >= enough and not rule.denies:
            continue
        match = _match(layer, source, rule, request)
        if match is None:
            continue
        if rule.denies:
            return _Verdict(layer.kind, match, allow)
        if allow is None or match.naming > allow.naming:
            allow = match
    return _Verdict(layer.kind, None, allow)


def _match(layer: Layer, source: Source, rule: Rule, request: Request) -> Match | None:
    named = naming(rule, request)
    if named is Naming.NONE:
        return None
    return Match(layer.kind, source.name, rule.statement, rule.span, named)


_ROOT_LAYER = Layer(
    LayerKind.ROOT,
    (
        Source(
            "root user",
            Document(VERSION_2012, "", (Statement("", "Allow", actions=("*",), resources=("*",)),)),
        ),
    ),
)
