"""Decisions: layers of policies, and which statement decided."""

from __future__ import annotations

from typing import Any

import pytest

from identity.policy import (
    UNREADABLE,
    Decision,
    Document,
    Layer,
    LayerKind,
    Outcome,
    Source,
    Statement,
    decide,
    load,
    root_layer,
    trace,
)
from tests.identity.policy.builders import ANA, BEN, ask, layer, request, statement, text

ALLOW = text(statement(Sid="Yes"))
DENY = text(statement("Deny", Sid="No"))
SILENT = text(statement(Action="s3:GetObject"))
CEILINGS = [LayerKind.RCP, LayerKind.SCP, LayerKind.BOUNDARY, LayerKind.SESSION]
GRANTING = [LayerKind.IDENTITY, LayerKind.RESOURCE]
DELETE_ANA = request("iam:DeleteUser", ANA)


@pytest.mark.parametrize(
    ("elements", "action", "resource", "applies"),
    [
        ({}, "iam:GetUser", ANA, True),
        ({"Action": "iam:Get*"}, "iam:GetUser", ANA, True),
        ({"Action": "iam:Get*"}, "iam:DeleteUser", ANA, False),
        ({"Action": ["sts:*", "IAM:*"]}, "iam:DeleteUser", ANA, True),
        ({"NotAction": "iam:Get*"}, "iam:GetUser", ANA, False),
        ({"NotAction": "iam:Get*"}, "iam:DeleteUser", ANA, True),
        ({"NotAction": ["iam:Get*", "iam:Delete*"]}, "iam:DeleteUser", ANA, False),
        ({"Resource": ANA}, "iam:GetUser", ANA, True),
        ({"Resource": ANA}, "iam:GetUser", BEN, False),
        ({"Resource": [BEN, ANA]}, "iam:GetUser", ANA, True),
        ({"Resource": ANA}, "iam:ListUsers", "*", False),
        ({"NotResource": ANA}, "iam:GetUser", ANA, False),
        ({"NotResource": ANA}, "iam:GetUser", BEN, True),
        ({"NotResource": [BEN, ANA]}, "iam:GetUser", ANA, False),
        ({"NotResource": ANA}, "iam:ListUsers", "*", True),
        ({"Action": "iam:GetUser", "Resource": BEN}, "iam:GetUser", ANA, False),
    ],
)
def test_a_statement_applies_to_its_actions_and_resources(
    elements: dict[str, Any], action: str, resource: str, applies: bool
) -> None:
    asked = request(action, resource)
    assert bool(ask(asked, statement(**elements))) is applies
    assert bool(ask(asked, statement(), statement("Deny", **elements))) is not applies


def test_nothing_to_ask_denies() -> None:
    assert decide(DELETE_ANA, []) == Decision(False, Outcome.IMPLICIT_DENY)


@pytest.mark.parametrize("kind", GRANTING)
def test_a_layer_without_policies_denies(kind: LayerKind) -> None:
    assert decide(DELETE_ANA, [layer(kind=kind)]) == Decision(False, Outcome.IMPLICIT_DENY, kind)


@pytest.mark.parametrize("kind", CEILINGS)
def test_a_ceiling_grants_nothing(kind: LayerKind) -> None:
    assert not decide(DELETE_ANA, [layer(ALLOW, kind=kind)])
    decision = decide(DELETE_ANA, [layer(kind=LayerKind.IDENTITY), layer(ALLOW, kind=kind)])
    assert decision == Decision(False, Outcome.IMPLICIT_DENY, LayerKind.IDENTITY)


@pytest.mark.parametrize("kind", CEILINGS)
@pytest.mark.parametrize("documents", [(), (SILENT,)])
def test_a_ceiling_must_allow(kind: LayerKind, documents: tuple[str, ...]) -> None:
    layers = [layer(ALLOW), layer(*documents, kind=kind)]
    assert decide(DELETE_ANA, layers) == Decision(False, Outcome.IMPLICIT_DENY, kind)
    assert decide(DELETE_ANA, [*layers[:1], layer(*documents, ALLOW, kind=kind)])


@pytest.mark.parametrize("kind", CEILINGS)
def test_every_level_of_a_ceiling_must_allow(kind: LayerKind) -> None:
    allowing, silent = layer(ALLOW, kind=kind), layer(SILENT, kind=kind)
    assert decide(DELETE_ANA, [layer(ALLOW), allowing, allowing])
    assert not decide(DELETE_ANA, [layer(ALLOW), allowing, silent])


@pytest.mark.parametrize("kind", GRANTING)
def test_one_granting_layer_is_enough(kind: LayerKind) -> None:
    layers = [layer(ALLOW if one is kind else SILENT, kind=one) for one in GRANTING]
    decision = decide(DELETE_ANA, layers)
    assert decision == Decision(True, Outcome.ALLOWED, kind, "policy-1", 0, "Yes")


@pytest.mark.parametrize("kind", [*CEILINGS, *GRANTING])
def test_an_explicit_deny_anywhere_wins_over_root_and_all(kind: LayerKind) -> None:
    allowing = [layer(ALLOW, kind=one) for one in [*CEILINGS, *GRANTING]]
    decision = decide(DELETE_ANA, [root_layer(), *allowing, layer(ALLOW, DENY, kind=kind)])
    assert decision == Decision(False, Outcome.EXPLICIT_DENY, kind, "policy-2", 0, "No")


def test_root_may_do_everything() -> None:
    decision = decide(request("sts:AnythingNew", "*"), [root_layer()])
    assert (decision.allowed, decision.kind) == (True, LayerKind.ROOT)
    assert decide(DELETE_ANA, [root_layer(), layer(kind=LayerKind.IDENTITY)])


def test_a_decision_is_true_when_it_allows() -> None:
    assert decide(DELETE_ANA, [root_layer()])
    assert not decide(DELETE_ANA, [])


def test_the_first_layer_in_awss_order_is_named() -> None:
    silent = [layer(kind=kind) for kind in reversed(LayerKind) if kind is not LayerKind.ROOT]
    denying = [layer(DENY, kind=kind) for kind in reversed(LayerKind)]
    kinds: list[LayerKind] = [kind for kind in LayerKind if kind is not LayerKind.ROOT]
    for at, kind in enumerate(kinds):
        decision = decide(DELETE_ANA, silent[: len(silent) - at])
        # A resource-based policy that is silent leaves the word to those that must allow.
        named = LayerKind.TRUST if kind is LayerKind.RESOURCE else kind
        assert decision == Decision(False, Outcome.IMPLICIT_DENY, named)
    for at, kind in enumerate(LayerKind):
        assert decide(DELETE_ANA, denying[: len(denying) - at]).kind is kind


def test_the_deciding_statement_is_named() -> None:
    documents = [
        text(statement(Action="s3:*"), statement(Action="iam:Get*")),
        text(statement(Action="iam:*"), statement("Deny", Action="iam:Delete*", Sid="NoDelete")),
    ]
    read = decide(request("iam:GetUser"), [layer(*documents)])
    assert read == Decision(True, Outcome.ALLOWED, LayerKind.IDENTITY, "policy-1", 1, None)
    delete = decide(DELETE_ANA, [layer(*documents)])
    assert delete == Decision(
        False, Outcome.EXPLICIT_DENY, LayerKind.IDENTITY, "policy-2", 1, "NoDelete"
    )


def test_an_unreadable_stored_document_denies_what_others_allow() -> None:
    stored = layer(ALLOW, "not a policy", stored=True)
    assert stored.policies[1].document is UNREADABLE
    decision = decide(DELETE_ANA, [stored])
    assert decision == Decision(
        False, Outcome.EXPLICIT_DENY, LayerKind.IDENTITY, "policy-2", 0, "UnreadableDocument"
    )


@pytest.mark.parametrize("element", ["principals", "not_principals"])
def test_a_statement_about_principals_closes_when_nobody_says_who_asks(element: str) -> None:
    def made(effect: Any) -> Layer:
        everyone: Any = {element: (("AWS", "*"),)}
        one = Statement("", effect, actions=("*",), resources=("*",), **everyone)
        document = Document("2012-10-17", "", (one,))
        return Layer(LayerKind.RESOURCE, (Source("trust", document),))

    assert not decide(DELETE_ANA, [made("Allow")])
    assert not decide(DELETE_ANA, [layer(ALLOW), made("Deny")])


def test_deny_without_mfa_catches_long_term_keys_only_with_if_exists() -> None:
    def guarded(operator: str, **context: str) -> bool:
        condition = {operator: {"aws:MultiFactorAuthPresent": "false"}}
        asked = request("iam:DeleteUser", **context)
        return bool(ask(asked, statement(), statement("Deny", Condition=condition)))

    with_mfa = {"aws__MultiFactorAuthPresent": "true"}
    assert not guarded("BoolIfExists")
    assert guarded("Bool")
    assert guarded("BoolIfExists", **with_mfa)
    assert not guarded("Bool", aws__MultiFactorAuthPresent="false")


def test_a_key_of_one_layer_is_unknown_to_the_others() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    document = load(text(statement(Condition=mfa)))
    keys = (("aws:MultiFactorAuthPresent", "true"),)
    own, ceiling = LayerKind.IDENTITY, LayerKind.SESSION
    knowing = [Layer(kind, (Source("mfa", document),), keys) for kind in (own, ceiling)]
    ignorant = [Layer(kind, (Source("mfa", document),)) for kind in (own, ceiling)]
    asked = request("iam:GetUser", ANA)
    assert decide(asked, knowing)
    assert decide(asked, [knowing[0], ignorant[1]]).kind is ceiling
    assert decide(asked, [ignorant[0], knowing[1]]).kind is own
    assert trace(asked, [knowing[0], ignorant[1]]).decision.kind is ceiling


def test_a_document_answers_for_any_number_of_actions() -> None:
    documents = [layer(text(statement(Action="iam:Get*1")))]
    for _ in range(2):
        for number in range(500):
            asked = request(f"iam:Get{number}")
            assert bool(decide(asked, documents)) is str(number).endswith("1")


def test_a_user_does_not_see_what_was_remembered_of_another() -> None:
    own = [layer(text(statement(Resource="arn:aws:iam::111122223333:user/${aws:username}")))]
    for name, arn in (("ana", ANA), ("ben", BEN), ("ana", ANA)):
        assert decide(request("iam:GetUser", arn, aws__username=name), own)
        assert not decide(
            request("iam:GetUser", BEN if arn is ANA else ANA, aws__username=name), own
        )
