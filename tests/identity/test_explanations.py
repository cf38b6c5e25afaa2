"""What a refusal keeps, and what can be said of a call later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from identity import explanations, journal, questions, replays
from identity.callers import Caller
from identity.explanations import Answer
from identity.facts import Facts
from identity.models import Account, Event, User
from identity.policy import LayerKind, Source, load
from identity.policy import Request as Asked
from identity.policy.evaluate import Layer
from identity.refusals import LIMIT, Refusal, kept
from tests.factories import (
    attach,
    make_document,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.refusals import refused

Sdk = Callable[[User], Any]
OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def last_event() -> Event:
    journal.drain()
    return Event.objects.order_by("-time").select_related("account")[0]


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
    assert refusal.cut
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


# --- put to the policies of now --------------------------------------------------------------


def test_a_refusal_is_explained_as_it_was_while_nothing_has_changed(iam: Sdk, ben: User) -> None:
    with refused("AccessDenied"):
        iam(ben).list_users()
    found = replays.replay(last_event())
    assert found.exact
    assert not found.changed
    assert found.now is not None
    assert found.now.answer is Answer.DENIED


def test_a_refusal_is_put_to_the_policies_of_now(iam: Sdk, ben: User) -> None:
    with refused("AccessDenied"):
        iam(ben).list_users()
    make_policy(ben, "Reading", [allowing("iam:ListUsers")])
    found = replays.replay(last_event())
    assert found.changed
    assert found.now is not None
    assert found.now.answer is Answer.ALLOWED


def test_an_answered_call_is_put_to_the_policies_of_now(iam: Sdk, ana: User, ben: User) -> None:
    iam(ana).get_user(UserName="ben")
    found = replays.replay(last_event())
    assert found.then is None
    assert found.now is not None
    assert (found.now.request.action, found.now.request.resource) == ("iam:GetUser", ben.arn)
    assert found.now.answer is Answer.ALLOWED


def test_the_keys_of_an_answered_call_are_worked_out_again(iam: Sdk, ana: User, ben: User) -> None:
    iam(ana).tag_user(UserName="ben", Tags=[{"Key": "team", "Value": "red"}])
    make_policy(
        ana,
        "T",
        [denying("iam:TagUser", Condition={"StringEquals": {"aws:RequestTag/team": "red"}})],
    )
    journal.drain()
    found = replays.replay(Event.objects.select_related("account").get(name="TagUser"))
    assert found.now is not None
    assert found.now.answer is Answer.DENIED


def test_of_a_user_who_is_gone_only_what_was_kept_is_left(iam: Sdk, ben: User) -> None:
    with refused("AccessDenied"):
        iam(ben).list_users()
    event = last_event()
    ben.delete()
    found = replays.replay(event)
    assert found.now is None
    assert found.then is not None


def test_who_was_made_again_under_the_name_is_not_who_called(
    iam: Sdk, account: Account, ben: User
) -> None:
    with refused("AccessDenied"):
        iam(ben).list_users()
    event = last_event()
    ben.delete()
    make_user(account, "ben", allow=["iam:*"])
    assert replays.replay(event).now is None


def test_signing_in_is_not_decided_by_policies(account: Account, ben: User) -> None:
    event = Event.objects.create(
        account=account,
        source="signin.amazonaws.com",
        name="ConsoleLogin",
        type="AwsConsoleSignIn",
        principal_id=ben.unique_id,
    )
    found = replays.replay(event)
    assert (found.then, found.now) == (None, None)


# --- questions -------------------------------------------------------------------------------


def posed(user: User, given: dict[str, Any] | None = None) -> explanations.Explanation:
    return questions.posed(user, "iam:ListUsers", "*", given or {})


def test_a_question_about_whom_nothing_is_given_is_denied(ben: User) -> None:
    found = posed(ben)
    assert found.answer is Answer.DENIED
    assert [kind for kind, _ in found.remedy.statements] == [LayerKind.IDENTITY]


@pytest.mark.parametrize(
    ("statements", "given", "answer", "missing"),
    [
        ([allowing("iam:ListUsers", Condition=OFFICE)], {}, Answer.DEPENDS, ("aws:SourceIp",)),
        (
            [allowing("iam:ListUsers", Condition=OFFICE)],
            {"aws:sourceip": "203.0.113.9"},
            Answer.ALLOWED,
            (),
        ),
        (
            [allowing("iam:ListUsers", Condition=OFFICE)],
            {"aws:SourceIp": "192.0.2.1"},
            Answer.DENIED,
            (),
        ),
        ([allowing("iam:GetUser", Condition=OFFICE)], {}, Answer.DENIED, ()),
        (
            [allowing("iam:*"), denying("iam:*", Condition=OFFICE)],
            {},
            Answer.DEPENDS,
            ("aws:SourceIp",),
        ),
        (
            [
                denying(
                    "iam:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
                ),
                allowing("*"),
            ],
            {},
            Answer.DEPENDS,
            ("aws:MultiFactorAuthPresent",),
        ),
        ([denying("iam:*"), allowing("iam:*", Condition=OFFICE)], {}, Answer.DENIED, ()),
        ([allowing("iam:*"), allowing("iam:*", Condition=OFFICE)], {}, Answer.ALLOWED, ()),
    ],
)
def test_an_answer_depends_on_a_key_only_if_the_key_can_turn_it(
    ben: User,
    statements: list[dict[str, Any]],
    given: dict[str, Any],
    answer: Answer,
    missing: tuple[str, ...],
) -> None:
    make_policy(ben, "P", statements)
    found = posed(ben, given)
    assert (found.answer, found.missing) == (answer, missing)


def test_a_boundary_is_asked_too(account: Account, ben: User) -> None:
    make_policy(ben, "P", [allowing("iam:*")])
    ben.boundary = make_managed_policy(account, "Cap", [allowing("s3:*")])
    ben.save()
    found = posed(ben)
    assert found.answer is Answer.DENIED
    assert [kind for kind, _ in found.remedy.statements] == [LayerKind.BOUNDARY]


def test_a_role_is_asked_about_as_one_of_its_sessions(account: Account) -> None:
    role = make_role(account, "Reader", allow=["iam:ListUsers"])
    found = questions.posed(role, "iam:ListUsers", "*", {})
    assert found.answer is Answer.ALLOWED
    assert found.request.principal_arn.startswith(f"arn:aws:sts::{account.id}:assumed-role/Reader/")


def test_assuming_a_role_asks_its_trust_policy(account: Account, ana: User, ben: User) -> None:
    role = make_role(account, "Deploy", trust=trusting(ben.arn))
    assert questions.posed(ben, "sts:AssumeRole", role.arn, {}).answer is Answer.ALLOWED
    found = questions.posed(ana, "sts:AssumeRole", role.arn, {})
    assert found.answer is Answer.DENIED
    assert found.trace.decision.kind is LayerKind.TRUST


def test_what_another_account_says_cannot_be_told(ana: User, ben: User, cleo: User) -> None:
    theirs = f"arn:aws:iam::{cleo.account_id}:user/cleo"
    assert questions.posed(ana, "iam:GetUser", theirs, {}).answer is Answer.UNKNOWN
    assert questions.posed(ben, "iam:GetUser", theirs, {}).answer is Answer.DENIED


def test_root_may_everything(root: User) -> None:
    assert posed(root).answer is Answer.ALLOWED


def test_ones_own_question_has_the_facts_of_the_session(ben: User) -> None:
    make_policy(ben, "P", [allowing("iam:ListUsers", Condition=OFFICE)])
    facts = Facts(source_ip="203.0.113.9")
    assert questions.as_now(Caller(ben), facts, "iam:ListUsers", "*").answer is Answer.ALLOWED


def test_every_source_of_a_trace_has_its_document(account: Account, ben: User) -> None:
    make_policy(ben, "Own", [allowing("iam:Get*")])
    attach(ben, make_managed_policy(account, "Shared", [allowing("iam:List*")]))
    found = posed(ben)
    sources = {one.source for layer in found.trace.layers for one in layer.statements}
    assert sources <= found.policies.keys()
    assert len(sources) == 2


@pytest.mark.parametrize("name", ["bob", "BEN2"])
def test_nobody_is_found_by_an_arn_that_is_not_theirs(
    account: Account, ben: User, name: str
) -> None:
    assert explanations.principal_with(account, f"arn:aws:iam::{account.id}:user/{name}") is None
    assert explanations.principal_with(account, ben.arn) == ben
    assert explanations.principal_with(account, ben.arn.replace("user/", "user/path/")) is None
