"""Laws of conditions and of patterns, for every operator and for any text."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from tests.identity.policy.builders import ask, holds, request, statement
from tests.identity.policy.dice import FAMILIES, operators
from tests.identity.policy.reference_operators import can_be_compared

Case: TypeAlias = tuple[str, list[Any], str]
"""An operator, values that a policy may hold for it, and a value of a request."""

BUCKET = "arn:aws:s3:::"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    family = draw(st.sampled_from(list(FAMILIES)))
    wanted, asked = FAMILIES[family]
    return (
        draw(st.sampled_from(operators(family))),
        draw(st.lists(st.sampled_from(wanted), min_size=1, max_size=3)),
        draw(st.sampled_from(asked)),
    )


def negation(operator: str) -> str:
    """The operator that says the opposite, or nothing if there is none."""
    if "Not" in operator:
        return ""
    if operator.startswith(("String", "Arn")):
        family = "String" if operator.startswith("String") else "Arn"
        return operator.replace(family, f"{family}Not", 1)
    return {
        "IpAddress": "NotIpAddress",
        "NumericEquals": "NumericNotEquals",
        "DateEquals": "DateNotEquals",
    }.get(operator, "")


negatable = cases().filter(lambda case: negation(case[0]) != "")
pairs = st.lists(cases(), min_size=1, max_size=3)
quantifiers = st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])
ranges = cases().filter(lambda case: case[0].startswith(("Numeric", "Date")))
texts = st.text("ab*?$/:.[]\\é ", max_size=8)


def present(operator: str, wanted: object, asked: str | tuple[str, ...]) -> bool:
    return holds(operator, wanted, aws__x=asked, aws__username="ana")


def absent(operator: str, wanted: object) -> bool:
    return holds(operator, wanted, aws__username="ana")


# --- IfExists, Null, negation -------------------------------------------------------------------


@given(cases(), quantifiers)
def test_if_exists_changes_nothing_for_a_key_that_is_there(case: Case, quantifier: str) -> None:
    operator, wanted, asked = case
    for value in (asked, (asked,), (asked, asked)):
        plain = present(quantifier + operator, wanted, value)
        assert present(f"{quantifier}{operator}IfExists", wanted, value) is plain


@given(cases(), quantifiers)
def test_if_exists_holds_for_a_key_that_is_not(case: Case, quantifier: str) -> None:
    operator, wanted, _ = case
    assert absent(f"{quantifier}{operator}IfExists", wanted)


@given(cases())
def test_an_absent_key_fits_a_negation_and_all_of_no_values_only(case: Case) -> None:
    operator, wanted, _ = case
    assert absent(operator, wanted) is ("Not" in operator)
    assert absent(f"ForAllValues:{operator}", wanted)
    assert not absent(f"ForAnyValue:{operator}", wanted)


@given(negatable)
def test_a_negation_says_the_opposite_of_a_value_that_can_be_read(case: Case) -> None:
    operator, wanted, asked = case
    opposite = negation(operator)
    readable = can_be_compared(operator, asked)
    assert present(opposite, wanted, asked) is (readable and not present(operator, wanted, asked))


@given(st.sampled_from([None, (), "", "x", ("x",), ("x", "y")]))
def test_null_is_true_of_what_is_absent_and_false_of_what_is_there(asked: Any) -> None:
    context = {} if asked is None else {"aws__x": asked}
    missing = asked in (None, ())
    assert holds("Null", "true", **context) is missing
    assert holds("Null", "false", **context) is not missing


# --- several values -----------------------------------------------------------------------------


@given(cases(), st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_set_operators_ask_each_value_as_if_it_were_alone(case: Case, picks: list[int]) -> None:
    operator, wanted, _ = case
    family = next(name for name in FAMILIES if name in operator)
    values = tuple(FAMILIES[family][1][pick % len(FAMILIES[family][1])] for pick in picks)
    alone = [present(operator, wanted, value) for value in values]
    assert present(f"ForAllValues:{operator}", wanted, values) is all(alone)
    assert present(f"ForAnyValue:{operator}", wanted, values) is any(alone)


@given(negatable, st.lists(st.integers(0, 9), min_size=1, max_size=3))
def test_not_all_is_any_that_is_not(case: Case, picks: list[int]) -> None:
    operator, wanted, _ = case
    opposite = negation(operator)
    family = next(name for name in FAMILIES if name in operator)
    found = [value for value in FAMILIES[family][1] if can_be_compared(operator, value)]
    values = tuple(found[pick % len(found)] for pick in picks)
    everyone = present(f"ForAllValues:{operator}", wanted, values)
    assert present(f"ForAnyValue:{opposite}", wanted, values) is not everyone
    someone = present(f"ForAnyValue:{operator}", wanted, values)
    assert present(f"ForAllValues:{opposite}", wanted, values) is not someone


@given(cases())
def test_several_wanted_values_are_or_and_of_a_negation_nor(case: Case) -> None:
    operator, wanted, asked = case
    alone = [present(operator, [one], asked) for one in wanted]
    joined = all(alone) if "Not" in operator else any(alone)
    assert present(operator, wanted, asked) is joined
    assert present(operator, wanted[::-1], asked) is joined


@given(cases())
def test_one_wanted_value_needs_no_list(case: Case) -> None:
    operator, wanted, asked = case
    assert present(operator, wanted[0], asked) is present(operator, wanted[:1], asked)


@given(pairs)
def test_conditions_are_joined_by_and(conditions: list[Case]) -> None:
    block: dict[str, dict[str, Any]] = {}
    context: dict[str, str] = {"aws__username": "ana"}
    alone = []
    for number, (operator, wanted, asked) in enumerate(conditions):
        block.setdefault(operator, {})[f"test:{number}"] = wanted
        context[f"test:{number}"] = asked
        alone.append(present(operator, wanted, asked))
    assert bool(ask(request(**context), statement(Condition=block))) is all(alone)


@given(ranges)
def test_a_value_is_less_equal_or_greater_or_cannot_be_read(case: Case) -> None:
    operator, wanted, asked = case
    family = "Numeric" if operator.startswith("Numeric") else "Date"
    less, equal, greater = (
        present(family + name, wanted[0], asked) for name in ("LessThan", "Equals", "GreaterThan")
    )
    assert [less, equal, greater].count(True) == (less or equal or greater)
    assert present(f"{family}LessThanEquals", wanted[0], asked) is (less or equal)
    assert present(f"{family}GreaterThanEquals", wanted[0], asked) is (greater or equal)


# --- patterns -----------------------------------------------------------------------------------


def fits(pattern: str, text: str, version: str = "2008-10-17", **context: str) -> bool:
    """As a resource and as a string, which must agree."""
    asked = request("s3:GetObject", BUCKET + text, **context, test__text=text)
    like = statement(Condition={"StringLike": {"test:text": pattern}})
    found = bool(ask(asked, statement(Resource=BUCKET + pattern), version=version))
    assert bool(ask(asked, like, version=version)) is found
    return found


@given(texts, texts)
def test_without_wildcards_a_pattern_fits_itself_alone(pattern: str, text: str) -> None:
    plain = pattern.replace("*", "").replace("?", "")
    assert fits(plain, plain)
    assert fits(plain, text) is (plain == text)


@given(texts)
def test_a_star_fits_everything(text: str) -> None:
    assert fits("*", text)
    assert fits("**", text)


@given(texts, st.integers(0, 8), st.integers(0, 8))
def test_a_wildcard_in_place_of_what_stood_there_fits(text: str, start: int, end: int) -> None:
    assert fits(text[:start] + "*" + text[max(start, end) :], text)
    if start < len(text):
        assert fits(text[:start] + "?" + text[start + 1 :], text)


@given(texts, texts)
def test_a_wider_pattern_fits_what_the_narrower_does(pattern: str, text: str) -> None:
    if fits(pattern, text):
        assert fits(f"{pattern}*", text)
        assert fits(f"*{pattern}", text)
        assert fits(pattern.replace("?", "*"), text)


# --- variables ----------------------------------------------------------------------------------


@given(texts, texts)
def test_a_variable_is_as_good_as_its_value_written_plainly(value: str, text: str) -> None:
    plain = "".join(f"${{{sign}}}" if sign in "*?$" else sign for sign in value)
    for found in (value, text):
        asked = fits("a${aws:username}*", f"a{found}", "2012-10-17", aws__username=value)
        assert asked is fits(f"a{plain}*", f"a{found}", "2012-10-17")
    assert fits("${aws:username}", value, "2012-10-17", aws__username=value)


@given(texts)
def test_in_the_old_version_a_variable_is_text(value: str) -> None:
    assert fits("${aws:username}", "${aws:username}", aws__username=value)
    assert not fits("${aws:username}", value, aws__username=value)


@given(texts)
def test_the_default_is_for_an_absent_key(value: str) -> None:
    assert fits("${aws:username, 'a*'}", value, "2012-10-17", aws__username=value)
    assert fits("${aws:username, 'a*'}", value, "2012-10-17") is (value == "a*")
