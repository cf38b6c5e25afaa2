"""Decisions in words."""

from __future__ import annotations

import pytest

from identity.policy import Decision, LayerKind, Outcome, decide, reason, root_layer, sentence
from tests.identity.policy.builders import ANA, BEN, layer, request, statement, text

REFUSAL = f"User: {ANA} is not authorized to perform: iam:DeleteUser on resource: {BEN}"


def told(decision: Decision) -> str:
    return sentence(decision, caller_arn=ANA, action="iam:DeleteUser", resource=BEN)


def denied(outcome: Outcome, kind: LayerKind | None) -> Decision:
    return Decision(False, outcome, kind, "policy-1", 0, None)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (LayerKind.IDENTITY, "identity-based policy"),
        (LayerKind.RESOURCE, "resource-based policy"),
        (LayerKind.BOUNDARY, "permissions boundary"),
        (LayerKind.SESSION, "session policy"),
        (LayerKind.SCP, "service control policy"),
        (LayerKind.RCP, "resource control policy"),
    ],
)
def test_a_refusal_names_the_kind_of_policy(kind: LayerKind, words: str) -> None:
    article = "an" if kind is LayerKind.IDENTITY else "a"
    implicit, explicit = denied(Outcome.IMPLICIT_DENY, kind), denied(Outcome.EXPLICIT_DENY, kind)
    assert told(implicit) == f"{REFUSAL} because no {words} allows the iam:DeleteUser action"
    assert told(explicit) == f"{REFUSAL} with an explicit deny in {article} {words}"


def test_a_role_that_does_not_trust_the_caller_says_no_more_than_one_that_does_not_exist() -> None:
    assert told(denied(Outcome.IMPLICIT_DENY, LayerKind.TRUST)) == REFUSAL
    explicit = told(denied(Outcome.EXPLICIT_DENY, LayerKind.TRUST))
    assert explicit == f"{REFUSAL} with an explicit deny in the role trust policy"


def test_a_refusal_without_a_layer_has_no_reason() -> None:
    assert told(denied(Outcome.IMPLICIT_DENY, None)) == REFUSAL
    assert reason(denied(Outcome.IMPLICIT_DENY, None)) == "no policy allows it"


def test_an_account_wide_action_is_on_every_resource() -> None:
    decision = decide(request("iam:ListUsers", "*"), [layer()])
    assert sentence(decision, caller_arn=ANA, action="iam:ListUsers", resource="*") == (
        f"User: {ANA} is not authorized to perform: iam:ListUsers on resource: * "
        "because no identity-based policy allows the iam:ListUsers action"
    )


def test_what_is_allowed_has_no_refusal() -> None:
    with pytest.raises(ValueError, match="no refusal"):
        told(decide(request(), [root_layer()]))


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ([], "no identity-based policy allows it"),
        ([statement()], "policy `policy-1` allows it, statement 1"),
        ([statement(Sid="All")], "policy `policy-1` allows it, statement `All`"),
        (
            [statement(), statement("Deny", Sid="Never")],
            "policy `policy-1` denies it explicitly, statement `Never`",
        ),
        (
            [statement(), statement("Deny")],
            "policy `policy-1` denies it explicitly, statement 2",
        ),
    ],
)
def test_a_reason_is_short(statements: list[dict[str, object]], words: str) -> None:
    documents = [text(*statements)] if statements else []
    assert reason(decide(request(), [layer(*documents)])) == words


def test_a_reason_names_the_kind_of_a_ceiling() -> None:
    session = layer(text(statement("Deny")), kind=LayerKind.SESSION)
    words = "session policy `policy-1` denies it explicitly, statement 1"
    assert reason(decide(request(), [layer(text(statement())), session])) == words
    boundary = layer(kind=LayerKind.BOUNDARY)
    words = "no permissions boundary allows it"
    assert reason(decide(request(), [layer(text(statement())), boundary])) == words


def test_root_needs_no_policy() -> None:
    assert reason(decide(request(), [root_layer()])) == "the root user may do everything"
