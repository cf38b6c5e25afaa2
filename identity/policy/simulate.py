"""What policies would decide, and why: the policy simulator, without the rows.

The decision is that of `decide`. What is told beside it follows EvaluationResult of the IAM API
reference: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from identity.policy import context_keys
from identity.policy.evaluate import (
    OF_RESOURCE,
    Layer,
    LayerKind,
    Match,
    Outcome,
    decide,
    matched_statements,
)
from identity.policy.matching import naming
from identity.policy.patterns import folded
from identity.policy.principals import Naming, Principal
from identity.policy.request import Request, Value
from identity.policy.values import Document, Rule, Statement
from identity.policy.variables import opened

_RESOURCE_ACCOUNT = "aws:ResourceAccount"
GUARDRAILS = frozenset({LayerKind.SCP, LayerKind.RCP})
# From the mildest: the result on many resources is the strictest of theirs.
_STRICTNESS = (Outcome.ALLOWED, Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)


@dataclass(frozen=True, slots=True)
class Result:
    """What is decided on a resource, or on several taken together.

    `matches` are the statements that make the decision, but for those of service control policies,
    which hide all others when they do not allow; `missing` are the keys that a policy asks for and
    the request lacks. `by_organizations` and `by_boundary` say whether these ceilings allow, and
    are `None` where there are none; `by_kind` says what each kind of policy decides, across
    accounts only.
    """

    resource: str
    outcome: Outcome
    matches: tuple[Match, ...] = ()
    missing: tuple[str, ...] = ()
    by_organizations: bool | None = None
    by_boundary: bool | None = None
    by_kind: Mapping[LayerKind, Outcome] | None = None


@dataclass(frozen=True)
class Scenario:
    """What stays the same for all actions and resources of a simulation.

    `owner` is the account of resources whose ARNs name none, and may be empty. The context need
    not hold `aws:ResourceAccount`, which is different for each resource.
    """

    layers: tuple[Layer, ...]
    context: Mapping[str, Value]
    principal_arn: str = ""
    principal: Principal | None = None
    owner: str = ""

    def on(self, action: str, resource: str, account: str = "") -> Result:
        """The result for one action on one resource; `account` is the one in the resource's ARN."""
        request = self._request(action, resource, account or self.owner)
        by_organizations = _all_allow(self._of(*GUARDRAILS), request)
        hidden = by_organizations is False
        return Result(
            resource,
            decide(request, self.layers).outcome,
            () if hidden else tuple(self._matches(request)),
            () if hidden else self._missing(request),
            by_organizations,
            _all_allow(self._of(LayerKind.BOUNDARY), request),
            self._by_kind(request) if request.crosses_accounts else None,
        )

    def _request(self, action: str, resource: str, account: str) -> Request:
        context = self.context
        if account and not any(key.lower() == _RESOURCE_ACCOUNT.lower() for key in context):
            context = {**context, _RESOURCE_ACCOUNT: account}
        principal = self.principal
        return Request(self.principal_arn, action, resource, context, principal, account)

    def _of(self, *kinds: LayerKind) -> list[Layer]:
        return [layer for layer in self.layers if layer.kind in kinds]

    def _matches(self, request: Request) -> Iterator[Match]:
        found = matched_statements(request, self.layers)
        return (match for match in found if match.kind not in GUARDRAILS)

    def _by_kind(self, request: Request) -> dict[LayerKind, Outcome]:
        """What the identity-based and the resource-based policies say, and a boundary if any."""
        told = {LayerKind.IDENTITY: self._of(LayerKind.IDENTITY)}
        told[LayerKind.RESOURCE] = self._of(*OF_RESOURCE)
        if boundary := self._of(LayerKind.BOUNDARY):
            told[LayerKind.BOUNDARY] = boundary
        return {kind: _says(layers, request) for kind, layers in told.items()}

    def _missing(self, request: Request) -> tuple[str, ...]:
        """The keys that statements about this action, resource and principal lack."""
        action = folded(request.action)
        keys = (
            key
            for rule, lacking in self._wanting
            if rule.means_action(action) and naming(rule, request) is not Naming.NONE
            for key in lacking
        )
        return tuple(dict.fromkeys(keys))

    @cached_property
    def _wanting(self) -> list[tuple[Rule, tuple[str, ...]]]:
        """The statements that ask for absent keys, freed of what depends on these, and the keys."""
        request = self._request("", "", self.owner)
        documents = [
            source.document
            for layer in self.layers
            if layer.kind not in GUARDRAILS
            for source in layer.policies
        ]
        return [
            (_freed(statement, lacking, document), lacking)
            for document in documents
            for statement in document.statements
            if (lacking := _lacking(statement, document, request))
        ]


def together(results: Sequence[Result]) -> Result:
    """One result for all resources: the strictest decision, and the statements that led to it."""
    outcome = _strictest(result.outcome for result in results)
    matches = [one for result in results if result.outcome is outcome for one in result.matches]
    return Result(
        results[0].resource if len(results) == 1 else "*",
        outcome,
        tuple({(one.kind, one.source, id(one.statement)): one for one in matches}.values()),
        tuple(dict.fromkeys(key for result in results for key in result.missing)),
        _all_of(result.by_organizations for result in results),
        _all_of(result.by_boundary for result in results),
        _strictest_by_kind([result.by_kind for result in results if result.by_kind]),
    )


# --- what a layer says by itself -----------------------------------------------------------------


def _says(layers: Iterable[Layer], request: Request) -> Outcome:
    effects = {
        rule.statement.effect
        for layer in layers
        for source in layer.policies
        for rule in source.document.about(request.action)
        if naming(rule, request) is not Naming.NONE
    }
    if "Deny" in effects:
        return Outcome.EXPLICIT_DENY
    return Outcome.ALLOWED if effects else Outcome.IMPLICIT_DENY


def _all_allow(layers: Sequence[Layer], request: Request) -> bool | None:
    if not layers:
        return None
    return all(_says([layer], request) is Outcome.ALLOWED for layer in layers)


# --- keys that are absent ------------------------------------------------------------------------


def _lacking(statement: Statement, document: Document, request: Request) -> tuple[str, ...]:
    used = context_keys.of_statement(statement, variables=document.variables)
    absent = (key for key in used if key not in ("*", "?", "$") and request.value(key) is None)
    return tuple(dict.fromkeys(absent))


def _freed(statement: Statement, lacking: tuple[str, ...], document: Document) -> Rule:
    """The statement as it would apply if the absent keys had the values that make it apply."""
    freed = replace(
        statement,
        index=0,
        conditions=(),
        resources=tuple(opened(one, lacking) for one in statement.resources),
    )
    return Document(document.version, "", (freed,)).rules[0]


# --- several resources ---------------------------------------------------------------------------


def _strictest(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=_STRICTNESS.index)


def _strictest_by_kind(
    found: Sequence[Mapping[LayerKind, Outcome]],
) -> dict[LayerKind, Outcome] | None:
    if not found:
        return None
    return {kind: _strictest(one[kind] for one in found if kind in one) for kind in found[0]}


def _all_of(answers: Iterable[bool | None]) -> bool | None:
    known = [answer for answer in answers if answer is not None]
    return all(known) if known else None
