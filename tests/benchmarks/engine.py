"""The policy engine: `python -m tests.benchmarks.engine`, or as a part of all benchmarks.

A user with ten policies, thirty statements and ten conditions asks for 5,000 different things.
All figures are of one process and of its processor time, so that other work on the machine matters
little; those that are compared take many short turns.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import cedarpy
from moto.iam.access_control import IAMPolicy, PermissionResult

from identity.policy import Document, Layer, LayerKind, Request, Source, decide, load, parse
from tests.benchmarks import engine_cedar
from tests.benchmarks.engine_case import Stream, documents
from tests.benchmarks.engine_hostile import Hostile, hostile
from tests.benchmarks.figures import Result, tell

REQUESTS = 5_000
TURNS = 11
OTHERS = 10_000

Rate = Callable[[], float]


def results() -> Iterator[Result]:
    """All figures of the engine."""
    texts = documents()
    asked = [Stream(number).request() for number in range(REQUESTS)]
    ours = partial(decisions, _layers(texts), asked)
    yield speed(ours)
    yield against("decisions against cedarpy (5 or more)", ours, cedar(texts, asked), 5)
    yield against("decisions against moto's evaluator (more than 1)", ours, moto(texts, asked), 1)
    yield flatness(ours)
    yield worst_case()


def speed(ours: Rate) -> Result:
    each_second = statistics.median(ours() for _ in range(TURNS))
    return ("decisions a second (40,000 or more)", f"{each_second:,.0f}", each_second >= 40_000)


def against(name: str, ours: Rate, theirs: Rate, goal: float) -> Result:
    """The ratio of the medians of turns that alternate."""
    turns = [(ours(), theirs()) for _ in range(TURNS)]
    one, other = (statistics.median(figures) for figures in zip(*turns, strict=True))
    found = one / other
    return (name, f"{found:.1f}  ({one:,.0f} / {other:,.0f} a second)", found > goal)


def flatness(ours: Rate) -> Result:
    """With the documents of 10,000 other users in memory, against without them."""
    ours()
    alone = [ours() for _ in range(TURNS)]
    others = [_document_of(number) for number in range(OTHERS)]
    gc.collect()
    beside = [ours() for _ in range(TURNS)]
    assert all(document.about("s3:GetObject") for document in others)
    others.clear()
    gc.collect()
    alone += [ours() for _ in range(TURNS)]
    one, other = statistics.median(beside), statistics.median(alone)
    found = one / other
    value = f"{found:.2f}  ({one:,.0f} / {other:,.0f} a second)"
    return ("decisions, 10,000 other documents against none (0.9 or more)", value, found >= 0.9)


def worst_case() -> Result:
    """The slowest of the policies that were made to be slow.

    Of each the best of five rounds, apart in time: other work on the machine makes none faster.
    """
    made = list(hostile())
    rounds = [[_median_of(one) for one in made] for _ in range(5)]
    best = map(min, zip(*rounds, strict=True))
    milliseconds, name = max(zip(best, (one.name for one in made), strict=True))
    value = f"{milliseconds:.2f}  ({name})"
    return ("worst document of 6,144 characters, milliseconds (below 1)", value, milliseconds < 1)


# --- what is measured ----------------------------------------------------------------------------


def decisions(layers: list[Layer], asked: list[Request]) -> float:
    """Decisions a second, each on a request made anew."""
    facts = [(one.principal_arn, one.action, one.resource, one.context) for one in asked]

    def turn() -> None:
        for who, action, resource, context in facts:
            decide(Request(who, action, resource, context), layers)

    return _rate(turn, len(asked))


def cedar(texts: list[str], asked: list[Request]) -> Rate:
    """The same by Cedar: policies and entities parsed before, all requests in one call."""
    policies = cedarpy.PolicySet.from_str(engine_cedar.policies(texts))
    entities = cedarpy.Entities.from_json_str("[]")
    requests = [engine_cedar.request(one) for one in asked]
    found = cedarpy.is_authorized_batch(requests, policies, entities)
    layers = _layers(texts)
    for one, theirs in zip(asked, found, strict=True):
        if theirs.diagnostics.errors or theirs.allowed is not bool(decide(one, layers)):
            raise SystemExit(f"Cedar decides otherwise of {one}: {theirs.diagnostics.errors}")
    ask = partial(cedarpy.is_authorized_batch, requests, policies, entities)
    return partial(_rate, ask, len(asked))


def moto(texts: list[str], asked: list[Request]) -> Rate:
    """The same by moto, which reads no condition and no variable; policies parsed before."""
    policies = [IAMPolicy(text) for text in texts]

    def turn() -> None:
        for one in asked:
            said = [each.is_action_permitted(one.action, one.resource) for each in policies]
            _ = PermissionResult.PERMITTED in said and PermissionResult.DENIED not in said

    return partial(_rate, turn, len(asked))


def _rate(turn: Callable[[], object], count: int) -> float:
    began = time.process_time()
    turn()
    return count / (time.process_time() - began)


def _layers(texts: list[str]) -> list[Layer]:
    sources = (Source(f"policy-{number}", load(text)) for number, text in enumerate(texts))
    return [Layer(LayerKind.IDENTITY, tuple(sources))]


def _document_of(number: int) -> Document:
    """A document of its own, read and asked once."""
    text = documents()[2].replace("reports", f"reports-{number}")
    document = parse(text)
    document.about("s3:GetObject")
    return document


def _median_of(one: Hostile) -> float:
    """Milliseconds of a decision on a document that has been asked before, on a new resource."""
    layers = [Layer(LayerKind.IDENTITY, (Source(one.name, load(one.policy)),))]
    decide(one.request(0), layers)
    asked = [one.request(number) for number in range(1, 16)]
    return statistics.median(1000 / _rate(partial(decide, each, layers), 1) for each in asked)


if __name__ == "__main__":
    sys.exit(tell(results()))
