"""All that the layers say of a request: which statements apply, and what keeps the others from it.

The slow path for people who ask why. It puts the same questions as `evaluate.decide`, but all of
them, where a decision stops at the first answer that settles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from identity.policy.evaluate import Decision, Layer, LayerKind, Outcome, Source, decide, in_order
from identity.policy.matching import holds, means_resource, naming, principal
from identity.policy.patterns import action_matches, folded
from identity.policy.places import Position, Span
from identity.policy.principals import Naming
from identity.policy.request import Request, Value
from identity.policy.values import Effect, Rule
from identity.policy.variables import replaced

Element: TypeAlias = Literal["Action", "Resource", "Principal", "Condition"]
Verdict: TypeAlias = Literal["allows", "denies", "silent"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What an element of a statement wanted of the request, and what it found instead.

    Operator and key are those of a condition, and empty otherwise; a key that the request lacks is
    found as `None`. Where policy variables have a value, `wanted` shows it. The element is
    `excepted` if it is spelled `NotAction`, `NotResource` or `NotPrincipal`.
    """

    element: Element
    operator: str
    key: str
    wanted: tuple[str, ...]
    found: Value | None
    excepted: bool = False

    def as_json(self) -> dict[str, Any]:
        found = list(self.found) if isinstance(self.found, tuple) else self.found
        written = {"element": self.element, "wanted": list(self.wanted), "found": found}
        if self.element == "Condition":
            written |= {"operator": self.operator, "key": self.key}
        return written | {"excepted": True} if self.excepted else written

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Failure:
        found = written["found"]
        return cls(
            written["element"],
            written.get("operator", ""),
            written.get("key", ""),
            tuple(written["wanted"]),
            tuple(found) if isinstance(found, list) else found,
            written.get("excepted", False),
        )


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """What a statement says of the request: it applies, or has the failures that keep it from it.

    `naming` is how it names who asks, `NONE` if it does not apply.
    """

    source: str
    index: int
    sid: str
    effect: Effect
    span: Span | None
    applies: bool
    failures: tuple[Failure, ...]
    naming: Naming = Naming.NONE

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "index": self.index,
            "sid": self.sid,
            "effect": self.effect,
            "span": _written_span(self.span),
            "naming": self.naming.name,
            "failures": [failure.as_json() for failure in self.failures],
        }

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> StatementTrace:
        named = Naming[written["naming"]]
        return cls(
            written["source"],
            written["index"],
            written["sid"],
            written["effect"],
            _read_span(written["span"]),
            named is not Naming.NONE,
            tuple(map(Failure.from_json, written["failures"])),
            named,
        )


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """What the statements of one layer say; `not_about_it` counts those of other services."""

    kind: LayerKind
    verdict: Verdict
    statements: tuple[StatementTrace, ...]
    not_about_it: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.name,
            "verdict": self.verdict,
            "statements": [statement.as_json() for statement in self.statements],
            "not_about_it": self.not_about_it,
        }

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> LayerTrace:
        return cls(
            LayerKind[written["kind"]],
            written["verdict"],
            tuple(map(StatementTrace.from_json, written["statements"])),
            written["not_about_it"],
        )


@dataclass(frozen=True, slots=True)
class Trace:
    """A decision, and what each layer said, in AWS's order of evaluation."""

    decision: Decision
    layers: tuple[LayerTrace, ...]

    def as_json(self) -> dict[str, Any]:
        """The trace in values of JSON, nothing lost."""
        return {
            "decision": _written_decision(self.decision),
            "layers": [layer.as_json() for layer in self.layers],
        }

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Trace:
        """The trace that `as_json` wrote; `KeyError` for anything else."""
        layers = tuple(map(LayerTrace.from_json, written["layers"]))
        return cls(_read_decision(written["decision"]), layers)


def trace(request: Request, layers: Sequence[Layer]) -> Trace:
    """The decision with everything that was said for and against it.

    Statements that speak only of other services than the request's are counted, not listed.
    """
    return Trace(
        decide(request, layers),
        tuple(_layer(layer, layer.seen(request)) for layer in in_order(layers)),
    )


# --- what a statement says -----------------------------------------------------------------------


def _layer(layer: Layer, request: Request) -> LayerTrace:
    rules = [(source, rule) for source in layer.policies for rule in source.document.rules]
    statements = tuple(
        _statement(source, rule, request) for source, rule in rules if _is_about(rule, request)
    )
    left_out = len(rules) - len(statements)
    return LayerTrace(layer.kind, _verdict(statements), statements, left_out)


def _verdict(statements: Sequence[StatementTrace]) -> Verdict:
    effects = {statement.effect for statement in statements if statement.applies}
    if "Deny" in effects:
        return "denies"
    return "allows" if effects else "silent"


def _is_about(rule: Rule, request: Request) -> bool:
    """Whether the statement is about the action, or names actions of the same service."""
    if rule.means_action(folded(request.action)):
        return True
    listed = rule.statement.actions + rule.statement.not_actions
    services = tuple(pattern.partition(":")[0] for pattern in listed)
    return action_matches(services, request.action.partition(":")[0])


def _statement(source: Source, rule: Rule, request: Request) -> StatementTrace:
    statement = rule.statement
    means_action = rule.means_action(folded(request.action))
    named = naming(rule, request) if means_action else Naming.NONE
    return StatementTrace(
        source.name,
        statement.index,
        statement.sid,
        statement.effect,
        rule.span,
        named is not Naming.NONE,
        tuple(_failures(rule, request)),
        named,
    )


def _failures(rule: Rule, request: Request) -> Iterator[Failure]:
    one = rule.statement
    if not rule.means_action(folded(request.action)):
        listed = one.actions + one.not_actions
        yield Failure("Action", "", "", listed, request.action, bool(one.not_actions))
    if principal(rule, request) is Naming.NONE:
        names = tuple(name for _, name in one.principals + one.not_principals)
        who = request.principal_arn
        yield Failure("Principal", "", "", names, who, bool(one.not_principals))
    if not means_resource(rule, request):
        patterns = _shown(one.resources + one.not_resources, rule, request)
        yield Failure("Resource", "", "", patterns, request.resource, bool(one.not_resources))
    for question in rule.questions:
        if not holds(rule, question.answer(request)):
            condition = question.condition
            wanted = _shown(condition.values, rule, request)
            found = request.value(condition.key)
            yield Failure("Condition", condition.operator, condition.key, wanted, found)


def _shown(texts: tuple[str, ...], rule: Rule, request: Request) -> tuple[str, ...]:
    return tuple(replaced(text, request) for text in texts) if rule.variables else texts


# --- as JSON -------------------------------------------------------------------------------------


def _written_decision(decision: Decision) -> dict[str, Any]:
    return {
        "outcome": decision.outcome.value,
        "kind": decision.kind.name if decision.kind else None,
        "source": decision.source,
        "statement": decision.statement,
        "sid": decision.sid,
        "span": _written_span(decision.span),
    }


def _read_decision(written: dict[str, Any]) -> Decision:
    outcome = Outcome(written["outcome"])
    return Decision(
        outcome is Outcome.ALLOWED,
        outcome,
        LayerKind[written["kind"]] if written["kind"] else None,
        written["source"],
        written["statement"],
        written["sid"],
        _read_span(written["span"]),
    )


def _written_span(span: Span | None) -> list[int] | None:
    return [*span.start, *span.end] if span else None


def _read_span(written: list[int] | None) -> Span | None:
    return Span(Position(*written[:2]), Position(*written[2:])) if written else None
