"""Which keys a decision hangs on that the request does not say: for questions, not for calls.

A call has all of its keys: one that it lacks is absent, and the operators know what that means.
Who only asks what a call would get has not given all; then the answer may be "it depends".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from identity.policy.evaluate import Layer, Source, decide
from identity.policy.matching import naming
from identity.policy.principals import Naming
from identity.policy.request import Request
from identity.policy.values import Document, Statement

_Assume = Callable[[Statement, set[str]], Statement | None]


def missing_keys(request: Request, layers: Sequence[Layer]) -> tuple[str, ...]:
    """The absent keys that could turn the decision, as policies spell them; sorted.

    Empty when the decision is the same whatever they are: with every condition on an absent key
    taken in favour of the request, and with every one taken against it.
    """
    absent = _absent(request, layers)
    if not absent:
        return ()
    hopeful = decide(request, _assuming(layers, absent, _hopeful))
    wary = decide(request, _assuming(layers, absent, _wary))
    if hopeful.allowed == wary.allowed:
        return ()
    return tuple(sorted({absent[key] for key in _that_matter(request, layers, absent)}))


def _absent(request: Request, layers: Iterable[Layer]) -> dict[str, str]:
    """The keys in lower case of which conditions about the action speak and the request does not,
    each with a spelling."""
    conditions = (
        condition
        for layer in layers
        for source in layer.policies
        for rule in source.document.about(request.action)
        for condition in rule.statement.conditions
    )
    return {one.key.lower(): one.key for one in conditions if request.value(one.key) is None}


def _that_matter(
    request: Request, layers: Sequence[Layer], absent: dict[str, str]
) -> Iterable[str]:
    """The absent keys of statements that would apply if the keys were as they want them."""
    for layer in layers:
        for source in layer.policies:
            for rule in _document(source.document, absent, _granted).about(request.action):
                if naming(rule, request) is not Naming.NONE:
                    before = source.document.statements[rule.statement.index]
                    yield from _asked(before) & absent.keys()


def _assuming(layers: Iterable[Layer], absent: dict[str, str], assume: _Assume) -> list[Layer]:
    return [
        replace(
            layer,
            policies=tuple(
                Source(source.name, _document(source.document, absent, assume))
                for source in layer.policies
            ),
        )
        for layer in layers
    ]


def _document(document: Document, absent: dict[str, str], assume: _Assume) -> Document:
    keys = set(absent)
    assumed = (assume(one, keys) if _asked(one) & keys else one for one in document.statements)
    kept = tuple(one for one in assumed if one is not None)
    return Document(document.version, document.id, kept)


def _asked(statement: Statement) -> set[str]:
    return {condition.key.lower() for condition in statement.conditions}


def _granted(statement: Statement, absent: set[str]) -> Statement:
    """The statement as if its conditions on absent keys held."""
    left = tuple(one for one in statement.conditions if one.key.lower() not in absent)
    return replace(statement, conditions=left)


def _hopeful(statement: Statement, absent: set[str]) -> Statement | None:
    return _granted(statement, absent) if statement.effect == "Allow" else None


def _wary(statement: Statement, absent: set[str]) -> Statement | None:
    return _granted(statement, absent) if statement.effect == "Deny" else None
