"""What a refusal keeps of its decision, so that it can be explained later.

It is bounded: first the values that policies list are cut, then the statements that are furthest
from applying, last the facts. What was cut says so. Nothing in it comes from a call's parameters
but the ARN and the condition keys, so that no secret can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from identity.callers import Caller
from identity.policy import Document, Layer, Request, printing
from identity.policy.evaluate import OF_RESOURCE
from identity.policy.request import Value
from identity.policy.trace import Failure, LayerTrace, StatementTrace, Trace, trace

LIMIT = 7_651
"""Bytes of JSON; sealed, they make the 10,240 characters of an authorization message."""

RESOURCE_TAGS = ("aws:resourcetag/", "iam:resourcetag/")
"""How keys begin that tell of the resource's tags, in lower case."""


class _Size(NamedTuple):
    """How much stays: values of a list, characters of a text, statements of a layer, facts."""

    values: int
    characters: int
    statements: int
    facts: int = 200
    fact_characters: int = 2048


_SIZES = (
    _Size(values=1000, characters=2048, statements=500),
    _Size(values=8, characters=256, statements=12),
    _Size(values=3, characters=96, statements=4),
    _Size(values=1, characters=64, statements=1, facts=30, fact_characters=64),
    _Size(values=1, characters=64, statements=1, facts=8, fact_characters=64),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: who asked for what, under which facts, and what every policy said.

    `matched` are the statements that denied, as policies write them. `cut` says that not all that
    the policies said is here, `facts_cut` that not all facts are, so that it cannot be asked again.
    """

    account_id: str
    principal_id: str
    principal_name: str
    principal_arn: str
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, Value]
    trace: Trace
    matched: tuple[dict[str, Any], ...] = ()
    cut: bool = False
    facts_cut: bool = False

    def as_json(self) -> dict[str, Any]:
        """What `from_json` reads, in JSON types."""
        return {
            "account": self.account_id,
            "principal": {
                "id": self.principal_id,
                "name": self.principal_name,
                "arn": self.principal_arn,
            },
            "action": self.action,
            "resource": self.resource,
            "resourceAccount": self.resource_account,
            "context": {key: _plain(value) for key, value in self.context.items()},
            "trace": self.trace.as_json(),
            "matched": list(self.matched),
            "cut": self.cut,
            "factsCut": self.facts_cut,
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """What `as_json` wrote. KeyError, TypeError or ValueError for anything else."""
        principal = given["principal"]
        return cls(
            given["account"],
            principal["id"],
            principal["name"],
            principal["arn"],
            given["action"],
            given["resource"],
            given["resourceAccount"],
            {key: _value(value) for key, value in given["context"].items()},
            Trace.from_json(given["trace"]),
            tuple(given["matched"]),
            given["cut"],
            given["factsCut"],
        )


def kept(caller: Caller, request: Request, layers: Sequence[Layer]) -> dict[str, Any]:
    """The refusal of a request as JSON of at most LIMIT bytes.

    Of a resource in another account it keeps what the caller's own account said, and no statement
    of the other's policies.
    """
    whole = Refusal(
        caller.account_id,
        caller.user_id,
        caller.name,
        caller.arn,
        request.action,
        request.resource,
        request.resource_account,
        _own_facts(request),
        _own(request, trace(request, layers)),
    )
    matched = _matched(whole.trace, layers)
    for size in _SIZES:
        shown = _cut(whole, matched, size).as_json()
        if len(json.dumps(shown)) <= LIMIT:
            return shown
    said_nothing = replace(whole.trace, layers=())
    return replace(whole, context={}, trace=said_nothing, cut=True, facts_cut=True).as_json()


def _plain(value: Value) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _value(value: str | list[str]) -> Value:
    return value if isinstance(value, str) else tuple(value)


def _own(request: Request, found: Trace) -> Trace:
    """Without the other account's side: not even that its policies allow, or that it is there."""
    if not request.crosses_accounts:
        return found
    layers = (
        replace(layer, verdict="silent", statements=(), not_about_it=0)
        if layer.kind in OF_RESOURCE
        else layer
        for layer in found.layers
    )
    return replace(found, layers=tuple(layers))


def _own_facts(request: Request) -> Mapping[str, Value]:
    if not request.crosses_accounts:
        return request.context
    return {
        key: value
        for key, value in request.context.items()
        if not key.lower().startswith(RESOURCE_TAGS)
    }


def _matched(found: Trace, layers: Sequence[Layer]) -> list[dict[str, Any]]:
    denying = {
        (layer.kind, statement.source, statement.index)
        for layer in found.layers
        for statement in layer.statements
        if statement.applies and statement.effect == "Deny"
    }
    return [
        _written(source.document, index)
        for layer in layers
        for source in layer.policies
        for index in range(len(source.document.statements))
        if (layer.kind, source.name, index) in denying
    ]


def _written(document: Document, index: int) -> dict[str, Any]:
    one = Document(document.version, "", (document.statements[index],))
    statement: dict[str, Any] = json.loads(printing.text(one))["Statement"][0]
    return statement


# --- cutting -------------------------------------------------------------------------------------


def _cut(whole: Refusal, matched: list[dict[str, Any]], size: _Size) -> Refusal:
    small = [one for one in matched if len(json.dumps(one)) <= 4 * size.characters]
    layers = tuple(_layer(layer, size) for layer in whole.trace.layers)
    facts = dict(_facts(whole.context, size))
    return replace(
        whole,
        context=facts,
        trace=replace(whole.trace, layers=layers),
        matched=tuple(small[: size.statements]),
        cut=layers != whole.trace.layers or len(small[: size.statements]) < len(matched),
        facts_cut=facts != dict(whole.context),
    )


def _facts(context: Mapping[str, Value], size: _Size) -> Iterator[tuple[str, Value]]:
    texts = size._replace(values=size.facts, characters=size.fact_characters)
    for key in sorted(context)[: size.facts]:
        value = context[key]
        yield key, _text(value, texts) if isinstance(value, str) else _texts(value, texts)


def _layer(layer: LayerTrace, size: _Size) -> LayerTrace:
    said = layer.statements
    if len(said) > size.statements:
        said = tuple(sorted(said, key=_distance)[: size.statements])
    return replace(layer, statements=tuple(_statement(one, size) for one in said))


def _distance(statement: StatementTrace) -> tuple[bool, bool, int]:
    """What decided comes first, then what missed by least."""
    return not statement.applies, statement.effect != "Deny", len(statement.failures)


def _statement(statement: StatementTrace, size: _Size) -> StatementTrace:
    failures = tuple(_failure(one, size) for one in statement.failures[: size.values])
    return replace(statement, sid=_text(statement.sid, size), failures=failures)


def _failure(failure: Failure, size: _Size) -> Failure:
    found = failure.found
    if found is not None:
        found = _text(found, size) if isinstance(found, str) else _texts(found, size)
    return replace(
        failure,
        operator=_text(failure.operator, size),
        key=_text(failure.key, size),
        wanted=_texts(failure.wanted, size),
        found=found,
    )


def _texts(values: tuple[str, ...], size: _Size) -> tuple[str, ...]:
    return tuple(_text(value, size) for value in values[: size.values])


def _text(text: str, size: _Size) -> str:
    return text if len(text) <= size.characters else f"{text[: size.characters]}…"
