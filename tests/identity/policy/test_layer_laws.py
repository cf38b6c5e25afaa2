"""Laws of decisions that hold for all layers, of whatever kind and whoever asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.policy import Decision, Outcome, Request, decide, strict_json
from tests.identity.policy.asking import Written
from tests.identity.policy.dice import ACCOUNT, OTHER, Dice, read

Document: TypeAlias = dict[str, Any]
CEILINGS = ["RCP", "SCP", "BOUNDARY", "SESSION"]
GRANTING = ["IDENTITY", "RESOURCE", "TRUST"]
dice = st.integers(0, 2**48).map(Dice)


def decided(request: Request, written: Written) -> Decision:
    return decide(request, read(written))


def readable(text: str) -> Document | None:
    """The JSON, or None for what the engine refuses to read, such as an element named twice."""
    try:
        strict_json.read(text)
    except ValueError:
        return None
    document: Document = json.loads(text)
    return document


def changed(written: Written, change: Callable[[Document], Document]) -> Written:
    """The layers with every document changed that is JSON and has statements in a list."""

    def of(text: str) -> str:
        document = readable(text)
        if document is None:
            return text
        lists = isinstance(document["Statement"], list)
        return json.dumps(change(document)) if lists else text

    return [(kind, texts if kind == "ROOT" else list(map(of, texts))) for kind, texts in written]


def same(one: Decision, other: Decision) -> bool:
    return (one.outcome, one.kind) == (other.outcome, other.kind)


@given(dice)
def test_adding_a_deny_to_any_layer_never_enables(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    before = decided(request, written)
    kind = dice.choice([*CEILINGS, *GRANTING])
    after = decided(request, [*written, (kind, [dice.document(kind, "Deny")])])
    assert before or not after
    if written:
        place = dice.randrange(len(written))
        kind, texts = written[place]
        if kind != "ROOT":
            written[place] = (kind, [*texts, dice.document(kind, "Deny")])
            assert before or not decided(request, written)


@given(dice)
def test_adding_an_allow_to_a_layer_never_disables(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    place, before = dice.randrange(len(written) + 1), decided(request, written)
    if place < len(written) and written[place][0] != "ROOT":
        kind, texts = written[place]
        allow = json.dumps({"Statement": dice.statement("Allow", kind, names=kind in GRANTING[1:])})
        written[place] = (kind, [*texts, allow])
        assert decided(request, written) or not before


@given(dice)
def test_adding_a_ceiling_never_grants(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    kind = dice.choice(CEILINGS)
    more = (kind, [dice.document(kind) for _ in range(dice.randint(0, 2))])
    assert decided(request, written) or not decided(request, [*written, more])


@given(dice)
def test_ceilings_alone_allow_nothing(dice: Dice) -> None:
    kinds = [dice.choice(CEILINGS) for _ in range(3)]
    written = [(kind, [dice.document(kind, "Allow")]) for kind in kinds]
    assert not decided(dice.request()[1], written)


@given(dice)
def test_the_order_of_layers_policies_and_statements_is_irrelevant(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()

    def shuffled(document: Document) -> Document:
        found = document["Statement"]
        return document | {"Statement": dice.sample(found, len(found))}

    mixed = [(kind, dice.sample(texts, len(texts))) for kind, texts in changed(written, shuffled)]
    assert same(decided(request, written), decided(request, dice.sample(mixed, len(mixed))))


@given(dice)
def test_the_same_policy_twice_is_the_same(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    twice = [(kind, texts if kind == "ROOT" else texts * 2) for kind, texts in written]
    assert same(decided(request, written), decided(request, twice))
    assert same(decided(request, written), decided(request, twice * 2))


@given(dice)
def test_what_is_allowed_between_accounts_is_allowed_within_one(dice: Dice) -> None:
    written, (asked, request) = dice.layers(), dice.request()

    def owned_by(account: str) -> Request:
        return Request("", asked.action, asked.resource, asked.context, request.principal, account)

    if asked.who.kind != "unknown" and decided(owned_by(OTHER), written):
        assert decided(owned_by(ACCOUNT), written)


@pytest.mark.parametrize("kind", [*CEILINGS, *GRANTING])
@given(dice=dice)
def test_an_unreadable_document_denies_in_any_layer(kind: str, dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    unreadable = dice.choice(["", "{", "[]", '{"Statement": []}', '{"Statement": [{}]}'])
    after = decided(request, [*written, (kind, [unreadable])])
    assert after.outcome is Outcome.EXPLICIT_DENY


# --- ways to write the same ----------------------------------------------------------------------

LISTED = ("Action", "NotAction", "Resource", "NotResource")


def bare(value: Any) -> Any:
    """A list of one as what is in it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def each_element(document: Document, change: Callable[[Any], Any]) -> Document:
    def of(name: str, value: Any) -> Any:
        if name in LISTED:
            return change(value)
        if name in ("Principal", "NotPrincipal") and isinstance(value, dict):
            return {kind: change(names) for kind, names in value.items()}
        return value

    found = [
        {name: of(name, value) for name, value in one.items()} for one in document["Statement"]
    ]
    return document | {"Statement": found}


@given(dice)
def test_one_value_and_a_list_of_it_are_the_same(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()

    def alone(document: Document) -> Document:
        short = each_element(document, bare)
        return short | {"Statement": bare(short["Statement"])}

    for change in (alone, lambda document: each_element(document, listed)):
        assert same(decided(request, written), decided(request, changed(written, change)))


@pytest.mark.parametrize("element", ["Action", "Resource"])
@given(dice=dice)
def test_a_list_may_be_split_into_statements(element: str, dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()

    def split(document: Document) -> Document:
        parts = [
            one | {element: [value]} if element in one else one
            for one in document["Statement"]
            for value in listed(one.get(element) or [0])
        ]
        empty = any(one.get(element) == [] for one in document["Statement"])
        return document if empty else document | {"Statement": parts}

    assert same(decided(request, written), decided(request, changed(written, split)))


@given(dice)
def test_statements_may_stand_in_documents_of_their_own(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    apart = [
        (kind, [part for text in texts for part in documents_of_one(text)])
        for kind, texts in written
    ]
    assert decided(request, apart).outcome is decided(request, written).outcome


def documents_of_one(text: str) -> list[str]:
    """The document's statements, each in one of its own, or the text if it has none."""
    document = readable(text)
    if document is None:
        return [text]
    alone = [document | {"Statement": one} for one in listed(document["Statement"])]
    return [json.dumps(one) for one in alone] or [text]


@given(dice)
def test_a_condition_more_makes_an_allow_narrower_and_a_deny_too(dice: Dice) -> None:
    written, (_, request) = dice.layers(), dice.request()
    before, extra = decided(request, written), dice.condition()

    def conditioned(effect: str) -> Callable[[Document], Document]:
        return lambda document: (
            document
            | {
                "Statement": [
                    one | {"Condition": extra}
                    if one.get("Effect") == effect and "Condition" not in one
                    else one
                    for one in document["Statement"]
                ]
            }
        )

    assert before or not decided(request, changed(written, conditioned("Allow")))
    assert not before or decided(request, changed(written, conditioned("Deny")))
