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


ROLE = "arn:aws:iam::111122223333:role/deploy"
ELSEWHERE = "arn:aws:iam::444455556666:role/deploy"
OUTCOMES = [Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY]


@pytest.mark.parametrize(
    ("kind", "role"),
    [(LayerKind.TRUST, ROLE), *((kind, ELSEWHERE) for kind in [*LayerKind, None])],
)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("action", ["sts:AssumeRole", "STS:assumerole"])
def test_a_role_that_may_not_be_assumed_is_as_one_that_does_not_exist(
    kind: LayerKind | None, role: str, outcome: Outcome, action: str
) -> None:
    told = sentence(denied(outcome, kind), caller_arn=ANA, action=action, resource=role)
    assert told == f"User: {ANA} is not authorized to perform: {action} on resource: {role}"


def test_no_role_and_a_role_that_trusts_nobody_are_told_in_the_same_words() -> None:
    allowing, asked = layer(text(statement())), request("sts:AssumeRole", ROLE)
    other = {"Effect": "Allow", "Principal": {"AWS": BEN}, "Action": "sts:AssumeRole"}
    absent = decide(asked, [allowing, layer(kind=LayerKind.TRUST)])
    silent = decide(asked, [allowing, layer(text(other), kind=LayerKind.TRUST)])
    denying = decide(asked, [allowing, layer(text(deny_all()), kind=LayerKind.TRUST)])
    told = {
        sentence(decision, caller_arn=ANA, action=asked.action, resource=ROLE)
        for decision in (absent, silent, denying)
    }
    assert told == {f"User: {ANA} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"}


def deny_all() -> dict[str, object]:
    return {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


@pytest.mark.parametrize("kind", [LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SCP])
def test_in_ones_own_account_only_a_deny_is_named_for_a_role(kind: LayerKind) -> None:
    """That nothing allows it is no news of a role; a Deny of one's own is none of the role's."""
    silent, deny = (
        sentence(denied(outcome, kind), caller_arn=ANA, action="sts:AssumeRole", resource=ROLE)
        for outcome in (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)
    )
    assert silent.endswith(f"on resource: {ROLE}")
    assert kind.value in deny


def test_other_actions_between_accounts_have_their_reason() -> None:
    told = sentence(
        denied(Outcome.EXPLICIT_DENY, LayerKind.SCP),
        caller_arn=ANA,
        action="sts:TagSession",
        resource=ELSEWHERE,
    )
    assert told.endswith(" with an explicit deny in a service control policy")


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
