"""A narrowed policy allows of the used actions what the wider ones do, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from identity.policy import Document, Layer, LayerKind, Request, Source, decide, load, parse
from identity.policy.narrowing import narrowed
from identity.policy.printing import text as printed
from tests.identity.policy.builders import layer, statement, text
from tests.identity.policy.test_laws import ACTIONS, requests, some_statements

USED = ["iam:GetUser", "s3:GetObject"]


def of(*statements: dict[str, Any], version: str = "2012-10-17", used: list[str]) -> Document:
    return narrowed([load(text(*statements, version=version))], used)


def test_only_the_used_actions_stay_with_resources_and_conditions_as_they_were() -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    found = of(
        statement(Action=["iam:*", "s3:Get*"], Resource="arn:x:y:::z", Condition=condition),
        used=["iam:ListUsers", "iam:GetUser", "ec2:RunInstances"],
    )
    (only,) = found.statements
    assert only.actions == ("iam:GetUser", "iam:ListUsers")
    assert only.resources == ("arn:x:y:::z",)
    assert len(only.conditions) == 1


def test_what_is_allowed_on_everything_is_not_said_twice() -> None:
    found = of(
        statement(Action="iam:GetUser"),
        statement(Action="iam:Get*", Resource="arn:aws:iam::111122223333:user/ana"),
        used=["iam:GetUser", "iam:GetRole"],
    )
    assert [one.actions for one in found.statements] == [("iam:GetUser",), ("iam:GetRole",)]


def test_every_deny_stays_whole() -> None:
    found = of(statement(), statement("Deny", NotAction="iam:Get*", Sid="No"), used=USED)
    assert found.statements[1].not_actions == ("iam:Get*",)
    assert found.statements[1].sid == ""


def test_a_variable_that_was_text_stays_text() -> None:
    found = of(
        statement(Action="s3:GetObject", Resource="arn:aws:s3:::${aws:username}"),
        version="2008-10-17",
        used=USED,
    )
    asked = Request("ana", "s3:GetObject", "arn:aws:s3:::${aws:username}", {"aws:username": "ana"})
    assert decide(asked, [Layer(LayerKind.IDENTITY, (Source("it", found),))])


@given(requests, st.lists(some_statements, max_size=3), st.sets(st.sampled_from(ACTIONS)))
def test_used_actions_are_decided_alike_and_others_never_allowed(
    asked: Request, documents: list[list[dict[str, Any]]], used: set[str]
) -> None:
    wide = [text(*one) for one in documents]
    small = printed(narrowed(map(load, wide), used))
    if not load(small).statements:
        return
    said = decide(asked, [Layer(LayerKind.IDENTITY, (Source("small", load(small)),))])
    before = decide(asked, [layer(*wide, stored=True)])
    assert said.allowed is (before.allowed and asked.action in used)


def test_what_is_made_can_be_written() -> None:
    found = of(statement(Action="iam:*"), statement("Deny", Action="iam:Delete*"), used=USED)
    assert parse(printed(found)) == found
