"""Laws that hold for every policy, tried on random ones; `test_layer_laws` has more."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from identity.errors import MalformedPolicyDocument
from identity.policy import (
    Kind,
    Layer,
    LayerKind,
    Request,
    Source,
    decide,
    load,
    parse,
    root_layer,
    size,
)
from identity.policy.evaluate import CEILINGS
from identity.policy.patterns import action_matches, glob, matches, utf16_units
from tests.identity.policy.builders import ANA, BEN, layer, statement, text

ACTIONS = ["iam:GetUser", "iam:DeleteUser", "sts:AssumeRole", "s3:GetObject"]
CALLER_CEILINGS = [LayerKind.BOUNDARY, LayerKind.SESSION]
RESOURCES = [ANA, BEN, "*", "arn:aws:s3:::bucket/ana"]

some_actions = st.lists(
    st.sampled_from([*ACTIONS, "*", "iam:*", "iam:?etUser", "IAM:get*"]),
    min_size=1,
    max_size=3,
)
some_resources = st.lists(
    st.sampled_from(
        [
            "*",
            ANA,
            "arn:aws:iam::*:user/${aws:username}",
            "arn:aws:s3:::bucket/*",
            "arn:aws:s3:::${aws:absent, 'bucket'}/a?a",
            "arn:aws:iam::*:user/${aws:absent}",
        ]
    ),
    min_size=1,
    max_size=3,
)
quantifiers = st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])
operators = st.builds(
    "{}{}{}".format,
    quantifiers,
    st.sampled_from(
        [
            *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
            *("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        ]
    ),
    st.sampled_from(["", "IfExists"]),
)
keys = st.sampled_from(["aws:username", "AWS:UserName", "aws:TagKeys", "aws:absent"])
values = st.lists(st.sampled_from(["ana", "ANA", "a*", "?na", "", "${aws:username}"]), max_size=3)
some_conditions = st.dictionaries(operators, st.dictionaries(keys, values, max_size=2), max_size=2)


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> dict[str, Any]:
    return {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): draw(some_actions),
        draw(st.sampled_from(["Resource", "NotResource"])): draw(some_resources),
        "Condition": draw(some_conditions),
    }


requests = st.builds(
    Request,
    st.just(ANA),
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.fixed_dictionaries(
        {},
        optional={
            "aws:username": st.sampled_from(["ana", "ben", "*", ""]),
            "aws:TagKeys": st.lists(st.sampled_from(["ana", "team"])).map(tuple),
        },
    ),
)
some_statements = st.lists(statements(), min_size=1, max_size=4)
kinds = st.sampled_from([kind for kind in LayerKind if kind is not LayerKind.ROOT])
some_layers = st.lists(st.tuples(kinds, some_statements), max_size=4).map(
    lambda pairs: [layer(text(*each), kind=kind) for kind, each in pairs]
)


@given(requests, some_layers, kinds)
def test_an_empty_ceiling_closes_and_a_full_one_changes_nothing(
    asked: Request, layers: list[Layer], kind: LayerKind
) -> None:
    assume(kind in CEILINGS)
    assert not decide(asked, [*layers, Layer(kind, ())])
    full = Layer(kind, root_layer().policies)
    assert bool(decide(asked, [*layers, full])) is bool(decide(asked, layers))


@given(requests, some_statements, some_statements, st.sampled_from(CALLER_CEILINGS))
def test_a_boundary_and_a_session_policy_are_intersections(
    asked: Request, inner: list[dict[str, Any]], outer: list[dict[str, Any]], kind: LayerKind
) -> None:
    both = [layer(text(*inner)), layer(text(*outer), kind=kind)]
    alone = [decide(asked, [layer(text(*each))]) for each in (inner, outer)]
    assert bool(decide(asked, both)) is all(alone)


@given(requests, statements("Allow"), some_resources)
def test_widening_a_resource_never_disables(
    asked: Request, narrow: dict[str, Any], more: list[str]
) -> None:
    assume("Resource" in narrow)
    wide = narrow | {"Resource": [*narrow["Resource"], *more]}
    if decide(asked, [layer(text(narrow))]):
        assert decide(asked, [layer(text(wide))])


@given(requests)
def test_no_policy_denies(asked: Request) -> None:
    assert not decide(asked, [])
    assert not decide(asked, [layer()])


@given(requests, some_statements)
def test_the_case_of_an_action_is_irrelevant(asked: Request, written: list[dict[str, Any]]) -> None:
    shouted = Request(asked.principal_arn, asked.action.upper(), asked.resource, asked.context)
    documents = [layer(text(*written))]
    assert decide(asked, documents) == decide(shouted, documents)


@given(requests, some_statements, st.sampled_from([None, 0, 7, "\t"]))
def test_reformatting_is_irrelevant(
    asked: Request, written: list[dict[str, Any]], indent: int | str | None
) -> None:
    compact = text(*written)
    reformatted = json.dumps(dict(reversed(json.loads(compact).items())), indent=indent)
    assert parse(reformatted) == parse(compact)
    assert size(reformatted) == size(compact)
    assert decide(asked, [layer(reformatted)]) == decide(asked, [layer(compact)])


@given(requests, some_actions)
def test_not_action_is_the_complement_of_action(asked: Request, actions: list[str]) -> None:
    named = decide(asked, [layer(text(statement(Action=actions)))])
    excepted = decide(asked, [layer(text(statement(NotAction=actions)))])
    assert bool(named) is not bool(excepted)


@given(requests, some_resources)
def test_not_resource_is_the_complement_of_resource(asked: Request, resources: list[str]) -> None:
    named = decide(asked, [layer(text(statement(Resource=resources)))])
    excepted = decide(asked, [layer(text(statement(NotResource=resources)))])
    assert bool(named) is not bool(excepted)


@given(requests, some_statements, statements(), st.sampled_from(["Numeric", "Null:", "StringIn"]))
def test_a_condition_that_cannot_be_evaluated_never_enables(
    asked: Request, others: list[dict[str, Any]], broken: dict[str, Any], operator: str
) -> None:
    known = decide(asked, [layer(text(*others))])
    unknown = broken | {"Condition": broken["Condition"] | {operator: {"aws:username": "ana"}}}
    stored = decide(asked, [layer(text(*others, unknown), stored=True)])
    assert not stored or known


@given(requests, some_statements)
def test_a_written_document_means_the_same_when_it_is_stored(
    asked: Request, written: list[dict[str, Any]]
) -> None:
    assert load(text(*written)) == parse(text(*written))


def reference(pattern: str, value: str) -> bool:
    """The slow, literal reading of a pattern."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return reference(pattern[1:], value) or (bool(value) and reference(pattern, value[1:]))
    return bool(value) and pattern[0] in ("?", value[0]) and reference(pattern[1:], value[1:])


@settings(max_examples=300)
@given(st.text("ab*?", max_size=8), st.text("ab*", max_size=10))
def test_matching_is_what_a_literal_reading_says(pattern: str, value: str) -> None:
    assert matches(glob(pattern), value) is reference(pattern, value)
    assert action_matches((pattern,), value.upper()) is reference(pattern, value)
    assert matches(utf16_units(pattern), value) is (pattern == value)


@settings(max_examples=150)
@given(
    st.one_of(
        st.text(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            *("Version", "Statement", "Effect", "Action", "Resource", "Condition"),
                            *("Sid", "Allow", "StringEquals", "aws:x", "Principal", "AWS"),
                        ]
                    ),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=12,
        ).map(json.dumps),
    )
)
def test_any_text_is_read_or_refused_and_never_breaks(anything: str) -> None:
    for kind in Kind:
        with contextlib.suppress(MalformedPolicyDocument):  # the only way to refuse
            assert parse(anything, kind).statements
        stored = load(anything, kind)
        decide(
            Request(ANA, "iam:GetUser", ANA, {}), [Layer(LayerKind.IDENTITY, (Source("", stored),))]
        )
    assert size(anything) <= len(anything)
