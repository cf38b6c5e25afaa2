"""What can be said of a call later, and of one that nobody made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from identity import explanations, journal, questions, replays
from identity.callers import Caller
from identity.explanations import Answer
from identity.facts import Facts
from identity.models import Account, Event, User
from identity.policy import LayerKind
from tests.events import logged
from tests.factories import (
    attach,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.identity.test_refusals import OFFICE, allowing, denying, last_event
from tests.refusals import refused

Sdk = Callable[[User], Any]


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
    found = replays.replay(logged().select_related("account").get(name="TagUser"))
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
