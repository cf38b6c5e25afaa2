"""Conditions: how an operator's answers about values, keys and absent keys join.

The rules are those of the IAM user guide, "IAM JSON policy elements: Condition operators" and
"Multivalued context keys". An operator that AWS does not have has no answer: `Answer.UNKNOWN`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from identity.errors import MalformedPolicyDocument
from identity.policy.operators import OPERATORS, Operator, Test
from identity.policy.patterns import glob
from identity.policy.request import Request, Value
from identity.policy.variables import Template, glob_template, has_variables, text_template


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


_EXPANSIONS_KEPT = 8

_Holds: TypeAlias = Callable[[Value, Request], bool]
_TestFor: TypeAlias = Callable[[Request], Test]


@dataclass(frozen=True, slots=True)
class Question:
    """A condition whose operator and values have been read, ready to be put to requests.

    `absent` is the answer of a request without the key; what `holds` of a value is asked of the
    others, and is `None` when nobody can tell.
    """

    condition: Condition
    key: str
    absent: Answer
    holds: _Holds | None

    def answer(self, request: Request) -> Answer:
        """What the condition says of the request."""
        asked = request.folded.get(self.key)
        if asked is None or self.holds is None:
            return self.absent
        return Answer.YES if self.holds(asked, request) else Answer.NO


def question(condition: Condition, *, variables: bool) -> Question:
    """The condition, read once; without `variables` (before version 2012-10-17) `${` is text."""
    use, key = _use(condition.operator), condition.key.lower()
    if use is None or not all(map(use.operator.can_want, condition.values)):
        return Question(condition, key, Answer.UNKNOWN, None)
    if use.operator.of_presence:
        fits = use.operator.any_of(condition.values)
        present = fits("false")
        return Question(condition, key, _answer(fits("true")), lambda _asked, _request: present)
    if not condition.values:
        absent = _answer(use.quantifier is Quantifier.ALL)
        return Question(condition, key, absent, lambda _asked, _request: False)
    holds = _quantified(use.quantifier, _test_for(use.operator, condition.values, variables))
    return Question(condition, key, _answer(use.holds_without_key), holds)


def answer(questions: Iterable[Question], request: Request) -> Answer:
    """Whether all conditions hold: one `NO` decides, else one `UNKNOWN` does."""
    found = Answer.YES
    for one in questions:
        said = one.answer(request)
        if said is Answer.NO:
            return said
        if said is Answer.UNKNOWN:
            found = said
    return found


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


def _answer(holds: bool) -> Answer:
    return Answer.YES if holds else Answer.NO


# --- the values of a key -------------------------------------------------------------------------


def _quantified(quantifier: Quantifier, test_for: _TestFor) -> _Holds:
    def one(asked: Value, request: Request) -> bool:
        return isinstance(asked, str) and test_for(request)(asked)

    def every(asked: Value, request: Request) -> bool:
        return all(map(test_for(request), _values(asked)))

    def some(asked: Value, request: Request) -> bool:
        return any(map(test_for(request), _values(asked)))

    return {Quantifier.ONE: one, Quantifier.ALL: every, Quantifier.ANY: some}[quantifier]


def _values(asked: Value) -> tuple[str, ...]:
    return (asked,) if isinstance(asked, str) else asked


def _test_for(operator: Operator, values: tuple[str, ...], variables: bool) -> _TestFor:
    """What tells of a value whether any of the wanted ones fits, or for a negated operator none.

    Wanted values that name a key which the request lacks are left out.
    """
    waiting = [value for value in values if variables and has_variables(value)]
    fixed = [value for value in values if not (variables and has_variables(value))]
    read, template = (glob, glob_template) if operator.wildcards else (str, text_template)
    fixed_test = operator.any_of([read(value) for value in fixed])
    if not waiting:
        test = _among(operator, fixed_test)
        return lambda _request: test
    return _Expanding(operator, fixed_test, [template(value) for value in waiting])


class _Expanding:
    """Tests on texts with variables: read for the values that the variables have, and kept for
    the last few of these, since a user's name is the same in all of the user's requests."""

    def __init__(self, operator: Operator, fixed: Test, templates: Sequence[Template]) -> None:
        self._operator, self._fixed, self._templates = operator, fixed, templates
        self._keys = tuple({key for template in templates for key in template.keys})
        self._kept: dict[tuple[Value | None, ...], Test] = {}

    def __call__(self, request: Request) -> Test:
        values = tuple(map(request.folded.get, self._keys))
        test = self._kept.get(values)
        if test is None:
            if len(self._kept) >= _EXPANSIONS_KEPT:
                self._kept.clear()
            test = self._kept[values] = self._test(request)
        return test

    def _test(self, request: Request) -> Test:
        expanded = [template.expand(request) for template in self._templates]
        test = self._operator.any_of([value for value in expanded if value is not None])
        fixed = self._fixed
        return _among(self._operator, lambda asked: fixed(asked) or test(asked))


def _among(operator: Operator, any_of: Test) -> Test:
    can_ask, negated = operator.can_ask, operator.negated
    return lambda asked: can_ask(asked) and any_of(asked) is not negated


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
