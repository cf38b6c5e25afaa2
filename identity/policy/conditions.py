"""Conditions: how an operator's answers about values, keys and absent keys join.

The rules are those of the IAM user guide, "IAM JSON policy elements: Condition operators" and
"Multivalued context keys". An operator that AWS does not have has no answer: `Answer.UNKNOWN`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from identity.errors import MalformedPolicyDocument
from identity.policy.operators import OPERATORS, Operator
from identity.policy.patterns import Pieces
from identity.policy.request import Request, Value
from identity.policy.variables import expand


class Answer(enum.Enum):
    """What a condition says of a request; `UNKNOWN` when we cannot tell, and so must refuse."""

    NO = enum.auto()
    UNKNOWN = enum.auto()
    YES = enum.auto()


class Quantifier(enum.Enum):
    """How an operator treats the values of a key; the value is the prefix that says so."""

    ONE = ""
    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a `Condition` block, operator and key as they were spelled."""

    operator: str
    key: str
    values: tuple[str, ...]


def answer(conditions: Iterable[Condition], request: Request, *, variables: bool) -> Answer:
    """Whether all conditions hold: one `NO` decides, else one `UNKNOWN` does."""
    unknown = False
    for condition in conditions:
        one = _answer(condition, request, variables)
        if one is Answer.NO:
            return Answer.NO
        unknown = unknown or one is Answer.UNKNOWN
    return Answer.UNKNOWN if unknown else Answer.YES


def check(condition: Condition) -> None:
    """Raise `MalformedPolicyDocument` for a condition that `answer` could not tell the truth of."""
    use = _use(condition.operator)
    if use is None:
        raise MalformedPolicyDocument("Syntax errors in policy.")
    for value in condition.values:
        if not use.operator.can_want(value):
            raise MalformedPolicyDocument(
                f"Value {value} is not valid for condition operator {condition.operator}."
            )


def _answer(condition: Condition, request: Request, variables: bool) -> Answer:
    use = _use(condition.operator)
    if use is None or not all(map(use.operator.can_want, condition.values)):
        return Answer.UNKNOWN
    return Answer.YES if _holds(use, condition, request, variables) else Answer.NO


def _holds(use: _Use, condition: Condition, request: Request, variables: bool) -> bool:
    asked = request.value(condition.key)
    if use.operator.of_presence:
        asked = "false" if asked is not None else "true"
    if not condition.values:
        return asked is None and use.quantifier is Quantifier.ALL
    if asked is None:
        return use.holds_without_key
    wanted = _wanted(condition.values, request, variables)
    return _quantified(use, asked, wanted)


def _wanted(values: tuple[str, ...], request: Request, variables: bool) -> list[Pieces]:
    """The values to compare with, less those that name a key which the request lacks."""
    expanded = (expand(value, request, variables=variables) for value in values)
    return [pieces for pieces in expanded if pieces is not None]


def _quantified(use: _Use, asked: Value, wanted: list[Pieces]) -> bool:
    if use.quantifier is Quantifier.ONE:
        return isinstance(asked, str) and _fits(use.operator, asked, wanted)
    values = (asked,) if isinstance(asked, str) else asked
    fits = (_fits(use.operator, value, wanted) for value in values)
    return all(fits) if use.quantifier is Quantifier.ALL else any(fits)


def _fits(operator: Operator, asked: str, wanted: list[Pieces]) -> bool:
    """Any of the wanted values, or for a negated operator none of them."""
    if not operator.can_ask(asked):
        return False
    return any(operator.test(asked, pieces) for pieces in wanted) is not operator.negated


# --- an operator as it is written ----------------------------------------------------------------


class _Use(NamedTuple):
    """An operator as a policy writes it: `ForAnyValue:StringLikeIfExists`."""

    operator: Operator
    quantifier: Quantifier
    if_exists: bool

    @property
    def holds_without_key(self) -> bool:
        negation_of_one = self.operator.negated and self.quantifier is Quantifier.ONE
        return self.if_exists or self.quantifier is Quantifier.ALL or negation_of_one


@lru_cache(256)
def _use(name: str) -> _Use | None:
    """The operator of that name, or `None` if it is not one of AWS's."""
    quantifier, base = _without_quantifier(name)
    operator = OPERATORS.get(base.removesuffix("IfExists"))
    if operator is None or (operator.of_presence and name not in OPERATORS):
        return None
    return _Use(operator, quantifier, base.endswith("IfExists"))


def _without_quantifier(name: str) -> tuple[Quantifier, str]:
    for quantifier in (Quantifier.ALL, Quantifier.ANY):
        if name.startswith(quantifier.value):
            return quantifier, name.removeprefix(quantifier.value)
    return Quantifier.ONE, name
