"""What a refusal keeps of its decision."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from identity import journal, replays
from identity.callers import Caller
from identity.models import Event, User
from identity.policy import LayerKind, Source, load
from identity.policy import Request as Asked
from identity.policy.evaluate import Layer
from identity.refusals import LIMIT, Refusal, kept
from tests.events import logged
from tests.factories import (
    make_document,
    make_policy,
    trusting,
)
from tests.refusals import refused

Sdk = Callable[[User], Any]
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def last_event() -> Event:
    journal.drain()
    return logged().order_by("-time").select_related("account")[0]


def allowing(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def denying(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": "*", **more}


# --- what a refusal keeps --------------------------------------------------------------------


def test_a_refused_call_keeps_its_decision(iam: Sdk, ben: User) -> None:
    make_policy(ben, "Office", [allowing("iam:ListUsers", Condition=OFFICE)])
    with refused("AccessDenied"):
        iam(ben).list_users()
    refusal = Refusal.from_json(last_event().decision or {})
    assert (refusal.principal_arn, refusal.action) == (ben.arn, "iam:ListUsers")
    assert refusal.context["aws:SourceIp"] == "127.0.0.1"
    (layer,) = refusal.trace.layers
    (statement,) = layer.statements
    assert (layer.kind, layer.verdict) == (LayerKind.IDENTITY, "silent")
    assert statement.failures[0].key == "aws:SourceIp"


def test_a_call_that_is_answered_keeps_none(iam: Sdk, ana: User) -> None:
    iam(ana).list_users()
    assert last_event().decision is None


def test_a_call_refused_for_another_reason_keeps_none(iam: Sdk, ana: User) -> None:
    with refused("NoSuchEntity"):
        iam(ana).get_user(UserName="nobody")
    assert last_event().decision is None


def test_what_is_allowed_is_never_traced(
    iam: Sdk, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: object) -> None:
        raise AssertionError("traced")

    monkeypatch.setattr("identity.refusals.kept", never)
    iam(ana).list_users()


def test_a_password_that_was_sent_is_not_kept(iam: Sdk, ben: User) -> None:
    with refused("AccessDenied"):
        iam(ben).create_login_profile(UserName="ben", Password="Purple-giraffe-11")
    event = last_event()
    assert "giraffe" not in json.dumps(event.decision)


def as_ben(layers: list[Layer], context: dict[str, Any], ben: User) -> dict[str, Any]:
    request = Asked(ben.arn, "iam:ListUsers", "*", context)
    return kept(Caller(ben), request, layers)


def identity_layer(*statements: dict[str, Any]) -> Layer:
    return Layer(LayerKind.IDENTITY, (Source("user/ben/P", load(make_document(list(statements)))),))


@pytest.mark.parametrize(
    ("context", "wanted"),
    [
        ({f"aws:RequestTag/{number}": "x" * 256 for number in range(3000)}, ["a"]),
        ({"aws:UserAgent": "x" * 1_000_000}, ["a"]),
        ({"aws:UserAgent": "\u202e" * 100_000}, ["a"]),
        ({"aws:TagKeys": tuple(f"key{number}" for number in range(50_000))}, ["a"]),
        ({}, [f"value{number}" for number in range(5_000)]),
        ({}, ["y" * 100_000]),
    ],
)
def test_a_refusal_is_bounded_whatever_was_compared(
    ben: User, context: dict[str, Any], wanted: list[str]
) -> None:
    condition = {"StringEquals": {"aws:UserAgent": wanted}}
    layers = [identity_layer(allowing("iam:ListUsers", Condition=condition))]
    written = as_ben(layers, context, ben)
    assert len(json.dumps(written)) <= LIMIT
    refusal = Refusal.from_json(written)
    assert refusal.cut or refusal.facts_cut
    assert not refusal.trace.decision.allowed


def test_what_denied_stays_when_much_is_cut(ben: User) -> None:
    many = [allowing("iam:ListUsers", Sid=f"S{n}", Condition=OFFICE) for n in range(300)]
    layers = [identity_layer(*many, denying("iam:*", Sid="Never"))]
    refusal = Refusal.from_json(as_ben(layers, {"aws:SourceIp": "192.0.2.1"}, ben))
    assert refusal.cut
    assert refusal.trace.decision.sid == "Never"
    assert refusal.trace.layers[0].statements[0].sid == "Never"
    assert [one["Sid"] for one in refusal.matched] == ["Never"]


def test_a_small_refusal_is_kept_whole_and_read_back_equal(ben: User) -> None:
    layers = [identity_layer(allowing("iam:ListUsers", Condition=OFFICE), denying("iam:GetUser"))]
    written = as_ben(layers, {"aws:TagKeys": ("a", "b")}, ben)
    refusal = Refusal.from_json(json.loads(json.dumps(written)))
    assert not refusal.cut
    assert refusal.as_json() == written
    assert refusal.context["aws:TagKeys"] == ("a", "b")


def test_of_another_accounts_policies_nothing_is_kept(ben: User, cleo: User) -> None:
    trust = load(trusting("111122223333"))
    secret = Layer(LayerKind.RESOURCE, (Source("theirs", trust),))
    role = f"arn:aws:iam::{cleo.account_id}:role/Theirs"
    request = Asked(ben.arn, "sts:AssumeRole", role, {}, resource_account=cleo.account_id)
    refusal = Refusal.from_json(
        kept(Caller(ben), request, [secret, identity_layer(allowing("s3:*"))])
    )
    of_resource = [layer for layer in refusal.trace.layers if layer.kind is LayerKind.RESOURCE]
    assert [layer.statements for layer in of_resource] == [()]
    assert "111122223333" not in json.dumps(refusal.as_json())


def test_facts_stay_when_only_statements_are_too_many(iam: Sdk, ben: User) -> None:
    many = [allowing("iam:ListUsers", Sid=f"S{n}", Condition=OFFICE) for n in range(300)]
    make_policy(ben, "Many", many)
    with refused("AccessDenied"):
        iam(ben).list_users()
    found = replays.replay(last_event())
    assert found.then is not None
    assert found.then.cut
    assert found.exact
    assert not found.changed
    assert found.now is not None
    assert len(found.now.trace.layers[0].statements) == 300
