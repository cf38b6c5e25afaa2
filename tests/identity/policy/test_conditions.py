"""Conditions: absent keys, many values, how operators join, and what cannot be evaluated."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import decide
from identity.policy.conditions import Answer, Condition, answer, question
from identity.policy.operators import OPERATORS
from tests.identity.policy.builders import ask, holds, layer, request, some_value, statement, text

ABSENT: dict[str, Any] = {}
NEGATED = [name for name in OPERATORS if "Not" in name]
POSITIVE = [name for name in OPERATORS if "Not" not in name and name != "Null"]


@pytest.mark.parametrize("operator", POSITIVE)
def test_an_absent_key_fits_no_positive_operator(operator: str) -> None:
    wanted = some_value(operator)
    assert not holds(operator, wanted)
    assert holds(f"{operator}IfExists", wanted)


@pytest.mark.parametrize("operator", NEGATED)
def test_an_absent_key_fits_every_negated_operator(operator: str) -> None:
    assert holds(operator, some_value(operator))
    assert holds(f"{operator}IfExists", some_value(operator))


@pytest.mark.parametrize(
    ("context", "wanted", "expected"),
    [
        (ABSENT, "true", True),
        (ABSENT, "false", False),
        ({"aws__x": "1"}, "true", False),
        ({"aws__x": "1"}, "FALSE", True),
        ({"aws__x": ""}, "false", True),
        ({"aws__x": ("1", "2")}, "false", True),
        ({"aws__x": ()}, True, True),
        (ABSENT, ["true", "false"], True),
        ({"aws__x": "1"}, ["true", "false"], True),
    ],
)
def test_null_asks_whether_a_key_is_absent(
    context: dict[str, Any], wanted: object, expected: bool
) -> None:
    assert holds("Null", wanted, **context) is expected


@pytest.mark.parametrize(
    ("operator", "asked", "expected"),
    [
        ("StringEquals", "a", True),
        ("StringEquals", "b", True),
        ("StringEquals", "c", False),
        ("StringNotEquals", "a", False),
        ("StringNotEquals", "b", False),
        ("StringNotEquals", "c", True),
    ],
)
def test_several_values_mean_any_and_negated_none(
    operator: str, asked: str, expected: bool
) -> None:
    assert holds(operator, ["a", "b"], aws__x=asked) is expected


@pytest.mark.parametrize("operator", [*POSITIVE, *NEGATED])
@pytest.mark.parametrize("suffix", ["", "IfExists"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_multivalued_key_fits_nothing_without_a_set_operator(
    operator: str, suffix: str, count: int
) -> None:
    wanted = some_value(operator)
    for value in (wanted, "something else"):
        assert not holds(operator + suffix, wanted, aws__x=(value,) * count)


@pytest.mark.parametrize(
    ("operator", "asked", "expected"),
    [
        ("ForAllValues:StringEquals", None, True),
        ("ForAllValues:StringEquals", (), True),
        ("ForAllValues:StringEquals", ("a",), True),
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAllValues:StringEquals", "a", True),
        ("ForAllValues:StringEquals", "c", False),
        ("ForAllValues:StringNotEquals", None, True),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "c"), False),
        ("ForAllValues:StringEqualsIfExists", None, True),
        ("ForAllValues:StringLike", ("a", "b"), True),
        ("ForAnyValue:StringEquals", None, False),
        ("ForAnyValue:StringEquals", (), False),
        ("ForAnyValue:StringEquals", ("c", "a"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAnyValue:StringEquals", "b", True),
        ("ForAnyValue:StringNotEquals", None, False),
        ("ForAnyValue:StringNotEquals", ("a", "c"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("ForAnyValue:StringEqualsIfExists", None, True),
        ("ForAnyValue:StringEqualsIfExists", ("c",), False),
    ],
)
def test_set_operators_weigh_each_value_of_the_request(
    operator: str, asked: Any, expected: bool
) -> None:
    context = ABSENT if asked is None else {"aws__x": asked}
    assert holds(operator, ["a", "b"], **context) is expected


@pytest.mark.parametrize(
    "operator",
    [
        "StringEquals",
        "StringNotEquals",
        "StringNotEqualsIfExists",
        "Null",
        "ForAnyValue:StringLike",
    ],
)
def test_no_values_match_nothing(operator: str) -> None:
    assert not holds(operator, [], aws__x="a")
    assert not holds(operator, [])


def test_for_all_values_holds_without_the_key_even_for_no_values() -> None:
    assert holds("ForAllValues:StringEquals", [])
    assert not holds("ForAllValues:StringEquals", [], aws__x=("a",))


def test_operators_and_keys_are_joined_by_and() -> None:
    condition = {
        "StringEquals": {"aws:x": "a", "aws:y": "b"},
        "Bool": {"aws:z": "true"},
    }
    right = {"aws__x": "a", "aws__y": "b", "aws__z": "true"}
    assert ask(request(**right), statement(Condition=condition))
    for key in right:
        assert not ask(request(**right | {key: "wrong"}), statement(Condition=condition))


def test_key_names_are_the_same_in_any_case() -> None:
    asked = request(aws__SourceIP="10.0.0.1")
    assert ask(asked, statement(Condition={"IpAddress": {"AWS:sourceip": "10.0.0.0/8"}}))


def test_two_spellings_of_one_key_must_both_hold() -> None:
    condition = {"StringLike": {"aws:x": "a*", "aws:X": "*b"}}
    assert ask(request(aws__x="ab"), statement(Condition=condition))
    assert not ask(request(aws__x="ac"), statement(Condition=condition))


# --- what cannot be evaluated -------------------------------------------------------------------

UNEVALUABLE = [
    ("NumericLessThan", "one"),
    ("DateNotEquals", "${aws:CurrentTime}"),
    ("ArnNotLike", "*"),
    ("NumericLike", "1"),
    ("NoSuchOperator", "1"),
    ("ForAnyValue:Null", "true"),
    ("Bool", "perhaps"),
    ("IpAddress", "10.0.0.0/99"),
    ("NotIpAddress", "anywhere"),
]


@pytest.mark.parametrize(("operator", "wanted"), UNEVALUABLE)
@pytest.mark.parametrize("context", [ABSENT, {"aws__x": "1"}, {"aws__x": "10.0.0.1"}])
def test_a_stored_condition_that_cannot_be_evaluated_closes(
    operator: str, wanted: str, context: dict[str, Any]
) -> None:
    condition = {operator: {"aws:x": wanted}}
    allow = layer(text(statement(Condition=condition)), stored=True)
    deny = layer(text(statement(), statement("Deny", Condition=condition)), stored=True)
    assert not decide(request(**context), [allow])
    assert not decide(request(**context), [deny])


def test_a_deny_that_plainly_does_not_apply_needs_no_answer_to_the_rest() -> None:
    condition = {"NoSuchOperator": {"aws:x": "1"}, "StringEquals": {"aws:y": "b"}}
    stored = layer(text(statement(), statement("Deny", Condition=condition)), stored=True)
    assert decide(request(aws__y="c"), [stored])
    assert not decide(request(aws__y="b"), [stored])


@pytest.mark.parametrize(
    ("operators", "expected"),
    [
        ([], Answer.YES),
        (["StringLike"], Answer.YES),
        (["StringLike", "Foo"], Answer.UNKNOWN),
        (["Foo", "StringLike"], Answer.UNKNOWN),
        (["Foo", "StringNotLike"], Answer.NO),
        (["StringNotLike", "Foo"], Answer.NO),
        (["StringLike", "StringNotLike"], Answer.NO),
    ],
)
def test_one_no_decides_else_one_unknown(operators: list[str], expected: Answer) -> None:
    conditions = [Condition(operator, "aws:x", ("*",)) for operator in operators]
    questions = [question(condition, variables=True) for condition in conditions]
    assert answer(questions, request(aws__x="a")) is expected
