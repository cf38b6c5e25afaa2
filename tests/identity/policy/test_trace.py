"""What a trace says: each failure of each statement, and never another thing than the decision."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.policy import (
    Failure,
    Layer,
    LayerKind,
    Naming,
    Outcome,
    Request,
    StatementTrace,
    Trace,
    decide,
    matched_statements,
    root_layer,
    trace,
)
from identity.policy import principals as people
from identity.policy.evaluate import CEILINGS, in_order
from tests.identity.policy.builders import ANA, BEN, layer, request, statement, text
from tests.identity.policy.dice import Dice, read

USERS = "arn:aws:iam::111122223333:user/"


def only(asked: Request, *statements: dict[str, Any], version: str = "2012-10-17") -> Any:
    """What the only statement of an identity policy says, or all that several say."""
    (found,) = trace(asked, [layer(text(*statements, version=version), stored=True)]).layers
    return found.statements[0] if len(statements) == 1 else found.statements


def failure(
    elements: dict[str, Any], effect: str = "Allow", version: str = "2012-10-17", **context: Any
) -> Failure:
    """The only failure of a statement."""
    one = only(request(**context), statement(effect, **elements), version=version)
    assert (one.applies, one.naming, len(one.failures)) == (False, Naming.NONE, 1)
    found: Failure = one.failures[0]
    return found


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        (
            {"Action": ["iam:List*", "iam:Create*"]},
            Failure("Action", "", "", ("iam:List*", "iam:Create*"), "iam:GetUser"),
        ),
        (
            {"NotAction": "iam:Get*"},
            Failure("Action", "", "", ("iam:Get*",), "iam:GetUser", excepted=True),
        ),
        ({"Resource": BEN}, Failure("Resource", "", "", (BEN,), ANA)),
        ({"NotResource": ANA}, Failure("Resource", "", "", (ANA,), ANA, excepted=True)),
        (
            {"Resource": USERS + "${aws:username}"},
            Failure("Resource", "", "", (USERS + "ben",), ANA),
        ),
        (
            {"Resource": USERS + "${aws:absent}/${*}/${aws:absent, 'x'}"},
            Failure("Resource", "", "", (USERS + "${aws:absent}/*/x",), ANA),
        ),
    ],
)
def test_an_action_or_a_resource_that_fails_is_told(
    elements: dict[str, Any], expected: Failure
) -> None:
    assert failure(elements, aws__username="ben") == expected
    assert failure(elements, "Deny", aws__username="ben") == expected


@pytest.mark.parametrize(
    ("operator", "key", "values", "wanted", "found"),
    [
        ("StringEquals", "aws:x", ["a", "b"], ("a", "b"), "c"),
        ("ForAllValues:StringLike", "AWS:Many", "a*", ("a*",), ("ab", "c")),
        ("StringEquals", "aws:Many", "ab", ("ab",), ("ab", "c")),
        ("Bool", "aws:MultiFactorAuthPresent", True, ("true",), None),
        ("Null", "aws:x", "true", ("true",), "c"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", ("10.0.0.0/8",), None),
        ("StringEquals", "aws:x", "${aws:username}", ("ben",), "c"),
        ("StringEquals", "aws:x", "${aws:Many}-${aws:absent, 'd'}", ("${aws:Many}-d",), "c"),
        ("NumericLessThan", "aws:x", [], (), "c"),
    ],
)
def test_a_condition_that_fails_is_told_with_what_was_found(
    operator: str, key: str, values: object, wanted: tuple[str, ...], found: Any
) -> None:
    context: dict[str, Any] = {
        "aws__username": "ben",
        "aws__x": "c",
        "aws__many": ("ab", "c"),
    }
    for effect in ("Allow", "Deny"):
        told = failure({"Condition": {operator: {key: values}}}, effect, **context)
        assert told == Failure("Condition", operator, key, wanted, found)


def test_before_2012_what_is_wanted_is_as_it_was_spelled() -> None:
    told = failure({"Resource": "${aws:username}"}, version="2008-10-17", aws__username="ben")
    assert told.wanted == ("${aws:username}",)


def test_all_failures_are_told_in_the_order_of_evaluation() -> None:
    condition = {"StringEquals": {"aws:x": "a", "aws:y": "b"}, "Bool": {"aws:z": "true"}}
    wrong = statement(Action="iam:List*", Resource=BEN, Condition=condition)
    told = only(request(aws__y="b"), wrong)
    assert [(one.element, one.key) for one in told.failures] == [
        ("Action", ""),
        ("Resource", ""),
        ("Condition", "aws:x"),
        ("Condition", "aws:z"),
    ]


@pytest.mark.parametrize(("element", "excepted"), [("Principal", False), ("NotPrincipal", True)])
def test_a_principal_that_is_not_meant_is_told(element: str, excepted: bool) -> None:
    who = people.user(ANA, "AIDAANAANAANAANAANA2")
    asked = Request(ANA, "sts:AssumeRole", "arn:aws:iam::111122223333:role/r", {}, who)
    names = ["111122223333", ANA] if excepted else [BEN]
    one = {"Effect": "Deny", element: {"AWS": names}, "Action": "*", "Resource": "*"}
    (found,) = trace(asked, [layer(text(one), kind=LayerKind.RESOURCE)]).layers
    expected = Failure("Principal", "", "", tuple(names), ANA, excepted)
    assert found.statements[0].failures == (expected,)


def test_a_condition_that_cannot_be_evaluated_fails_an_allow_and_no_deny() -> None:
    condition = {"StringContains": {"aws:x": "a"}}
    told = failure({"Condition": condition}, aws__x="a")
    assert told == Failure("Condition", "StringContains", "aws:x", ("a",), "a")
    assert only(request(aws__x="a"), statement("Deny", Condition=condition)).applies
    both = condition | {"StringEquals": {"aws:y": "b"}}
    assert failure({"Condition": both}, "Deny", aws__x="a").key == "aws:y"


def test_what_applies_has_no_failures() -> None:
    found = only(request(), statement(Sid="Yes", Action="iam:Get*"))
    assert (found.source, found.index, found.sid, found.effect) == ("policy-1", 0, "Yes", "Allow")
    assert (found.applies, found.failures, found.naming) == (True, (), Naming.OWNER)
    assert found.span.start.line == 1


@pytest.mark.parametrize(
    ("elements", "listed"),
    [
        ({"Action": "iam:List*"}, True),
        ({"Action": ["s3:Get*", "IAM:List*"]}, True),
        ({"Action": "i?m:List*"}, True),
        ({"Action": "*"}, True),
        ({"NotAction": "iam:Get*"}, True),
        ({"NotAction": "s3:*"}, True),
        ({"Action": "s3:*"}, False),
        ({"Action": ["s3:GetUser", "iamx:GetUser"]}, False),
    ],
)
def test_statements_of_other_services_are_counted(elements: dict[str, Any], listed: bool) -> None:
    document = text(statement(Resource=BEN, **elements))
    (found,) = trace(request(), [layer(document, stored=True)]).layers
    assert (len(found.statements), found.not_about_it) == (listed, not listed)


def test_layers_stand_in_the_order_of_evaluation_with_what_they_say() -> None:
    silent, deny = text(statement(Action="s3:*")), text(statement("Deny"))
    layers = [
        layer(silent, kind=LayerKind.SESSION),
        layer(text(statement()), deny),
        layer(kind=LayerKind.SCP),
        root_layer(),
    ]
    assert [(one.kind.name, one.verdict) for one in trace(request(), layers).layers] == [
        ("SCP", "silent"),
        ("ROOT", "allows"),
        ("IDENTITY", "denies"),
        ("SESSION", "silent"),
    ]


@settings(max_examples=500)
@given(st.integers(0, 2**48))
def test_a_trace_says_what_the_decision_says(seed: int) -> None:
    dice = Dice(seed)
    layers = read(dice.layers())
    _, asked = dice.request()
    found = trace(asked, layers)
    assert found.decision == decide(asked, layers)
    assert [one.kind for one in found.layers] == [one.kind for one in in_order(layers)]
    assert_determined(found, asked, layers)
    for said, given_layer in zip(found.layers, in_order(layers), strict=True):
        documents = [source.document for source in given_layer.policies]
        all_of_them = sum(len(document.statements) for document in documents)
        assert len(said.statements) + said.not_about_it == all_of_them
        for one in said.statements:
            assert one.applies is (not one.failures) is (one.naming is not Naming.NONE)
        effects = {one.effect for one in said.statements if one.applies}
        says = "denies" if "Deny" in effects else "allows" if effects else "silent"
        assert said.verdict == says


def assert_determined(found: Trace, asked: Request, layers: list[Layer]) -> None:
    """The statements that apply are those that the simulator names, and the one that decided."""
    kinds = [(said.kind, one) for said in found.layers for one in said.statements if one.applies]
    denying = [one for _, one in kinds if one.effect == "Deny"]
    granting = [one for kind, one in kinds if one.effect == "Allow" and kind not in CEILINGS]
    outcome = found.decision.outcome
    assert bool(denying) is (outcome is Outcome.EXPLICIT_DENY)
    if outcome is Outcome.IMPLICIT_DENY:
        return
    named = denying if denying else granting
    matched = matched_statements(asked, in_order(layers))
    assert list(map(place, named)) == [(one.source, one.statement.index) for one in matched]
    decided = (found.decision.source, found.decision.statement)
    assert decided in list(map(place, named))
    assert not denying or decided == place(denying[0])


def place(one: StatementTrace) -> tuple[str, int]:
    return one.source, one.index


@settings(max_examples=200)
@given(st.integers(0, 2**48))
def test_a_trace_survives_json(seed: int) -> None:
    dice = Dice(seed)
    layers = read(dice.layers())
    _, asked = dice.request()
    found = trace(asked, layers)
    again = Trace.from_json(json.loads(json.dumps(found.as_json())))
    assert again == found
    assert again.decision.span == found.decision.span


@pytest.mark.parametrize("written", [{}, {"decision": {}, "layers": []}, {"layers": [{}]}])
def test_what_is_no_trace_is_not_read(written: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        Trace.from_json(written)
