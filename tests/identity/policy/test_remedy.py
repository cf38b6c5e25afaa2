"""What would let a refused request through does let it through, and nothing less does."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from identity.policy import (
    Layer,
    LayerKind,
    Remedy,
    Request,
    Source,
    decide,
    load,
    remedy,
    root_layer,
    trace,
)
from identity.policy import principals as people
from identity.policy.evaluate import CEILINGS
from tests.identity.policy.asking import kind_of
from tests.identity.policy.builders import ANA, layer, request, statement, text
from tests.identity.policy.dice import Dice, read

ROLE = "arn:aws:iam::111122223333:role/deploy"
SESSION = "arn:aws:sts::111122223333:assumed-role/deploy/ci"
NO_DELETE = text(statement("Deny", Sid="NoDelete", Action="iam:Delete*"))
DELETE_ANA = request("iam:DeleteUser", ANA)
ADDED = {"Effect": "Allow", "Action": "iam:DeleteUser", "Resource": ANA}


def of(asked: Request, *layers: Layer) -> Remedy:
    return remedy(asked, trace(asked, layers))


def test_what_is_allowed_needs_nothing() -> None:
    assert of(DELETE_ANA, root_layer()) == Remedy((), ())


def test_the_smallest_statement_is_about_this_action_and_resource() -> None:
    found = of(DELETE_ANA, layer(text(statement(Action="iam:GetUser"))))
    assert found == Remedy(((LayerKind.IDENTITY, ADDED),), ())


def test_without_any_policy_an_identity_needs_one() -> None:
    assert of(DELETE_ANA) == Remedy(((LayerKind.IDENTITY, ADDED),), ())


def test_without_any_policy_a_service_needs_one_of_the_resource() -> None:
    who = people.service("ec2.amazonaws.com")
    found = of(Request("", "iam:DeleteUser", ANA, {}, who))
    principal = {"Principal": {"Service": "ec2.amazonaws.com"}}
    assert found.statements == ((LayerKind.RESOURCE, {**ADDED, **principal}),)


@pytest.mark.parametrize("kind", sorted(CEILINGS, key=str))
def test_every_level_of_a_ceiling_that_is_silent_needs_one(kind: LayerKind) -> None:
    levels = [layer(kind=kind), layer(text(statement()), kind=kind), layer(kind=kind)]
    found = of(DELETE_ANA, layer(text(statement())), *levels)
    assert found == Remedy(((kind, ADDED), (kind, ADDED)), ())


def test_all_statements_that_deny_are_obstacles_and_only_they() -> None:
    boundary = layer(NO_DELETE, kind=LayerKind.BOUNDARY)
    others = text(statement("Deny", Action="iam:Get*"), statement("Deny", Action="iam:*"))
    found = of(DELETE_ANA, layer(others), boundary)
    assert [(one.source, one.index, one.sid) for one in found.obstacles] == [
        ("policy-1", 1, ""),
        ("policy-1", 0, "NoDelete"),
    ]
    assert [kind for kind, _ in found.statements] == [LayerKind.IDENTITY, LayerKind.BOUNDARY]


def test_a_role_has_to_trust_who_asks_by_name() -> None:
    session = people.role_session(SESSION, ROLE, "AROADEPLOYDEPLOYDEPL")
    asked = Request(SESSION, "sts:AssumeRole", ROLE, {}, session, "111122223333")
    silent = [layer(kind=LayerKind.TRUST), layer(), layer(kind=LayerKind.BOUNDARY)]
    trusting = {"Effect": "Allow", "Principal": {"AWS": SESSION}, "Action": "sts:AssumeRole"}
    assert of(asked, *silent) == Remedy(((LayerKind.TRUST, trusting),), ())


def test_between_accounts_both_have_to_allow() -> None:
    who = people.user(ANA, "AIDAANAANAANAANAANA2")
    asked = Request(ANA, "s3:GetObject", "arn:aws:s3:::b/k", {}, who, "444455556666")
    kinds = [kind for kind, _ in of(asked, layer()).statements]
    assert kinds == [LayerKind.RESOURCE, LayerKind.IDENTITY]


@pytest.mark.parametrize(
    ("resource", "pattern"),
    [
        ("*", "*"),
        ("arn:aws:s3:::b/k*?", "arn:aws:s3:::b/k${*}${?}"),
        ("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/${$}{aws:username}"),
        ("arn:aws:s3:::b/$k", "arn:aws:s3:::b/$k"),
    ],
)
def test_special_characters_of_a_resource_are_only_themselves(resource: str, pattern: str) -> None:
    asked = request("s3:GetObject", resource, aws__username="ana")
    (_, added), *_ = of(asked).statements
    assert added["Resource"] == pattern
    assert decide(asked, [layer(text(added))])
    other = request("s3:GetObject", "arn:aws:s3:::b/kxx", aws__username="ana")
    assert bool(decide(other, [layer(text(added))])) is (resource == "*")


@settings(max_examples=500)
@given(st.integers(0, 2**48))
def test_a_remedy_lets_the_request_through_and_nothing_less_does(seed: int) -> None:
    dice = Dice(seed)
    layers = with_names(read(dice.layers()))
    _, asked = dice.request()
    assume(asked.principal is not None)
    found = of(asked, *layers)
    assert decide(asked, after(found, asked, layers)), (layers, asked)
    for n in range(len(found.statements)):
        fewer = found.statements[:n] + found.statements[n + 1 :]
        assert not decide(asked, after(Remedy(fewer, found.obstacles), asked, layers))
    for n in range(len(found.obstacles)):
        fewer_gone = found.obstacles[:n] + found.obstacles[n + 1 :]
        assert not decide(asked, after(Remedy(found.statements, fewer_gone), asked, layers))


def with_names(layers: list[Layer]) -> list[Layer]:
    """The layers, no two of whose policies bear one name."""
    numbers = itertools.count()
    return [
        Layer(one.kind, tuple(Source(str(next(numbers)), each.document) for each in one.policies))
        for one in layers
    ]


def after(cure: Remedy, asked: Request, layers: list[Layer]) -> list[Layer]:
    """Obstacles gone, statements in the silent layers of their kind, or in new layers."""
    gone = {(one.source, one.index) for one in cure.obstacles}
    cured = [
        Layer(one.kind, tuple(without(gone, source) for source in one.policies)) for one in layers
    ]
    silent = [place for place, one in enumerate(layers) if is_silent(asked, one)]
    for kind, added in cure.statements:
        source = Source("added", load(text(added), kind_of(kind.name, text(added))))
        place = next((one for one in silent if layers[one].kind is kind), None)
        if place is None:
            cured.append(Layer(kind, (source,)))
        else:
            silent.remove(place)
            cured[place] = Layer(kind, (*cured[place].policies, source))
    return cured


def without(gone: set[tuple[str, int]], source: Source) -> Source:
    document = source.document
    kept = tuple(one for one in document.statements if (source.name, one.index) not in gone)
    return Source(source.name, replace(document, statements=kept, spans=()))


def is_silent(asked: Request, one: Layer) -> bool:
    """Whether nothing in the layer allows, whatever denies."""
    (said,) = trace(asked, [one]).layers
    return not any(each.applies and each.effect == "Allow" for each in said.statements)
