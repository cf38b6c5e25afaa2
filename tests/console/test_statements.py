"""Cards of statements: what they show, and that a change leaves the rest of the text alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from console import statements
from console.forms.statements import StatementForm
from console.statements import Card, Line

TEXT = """{
  "Version": "2012-10-17",
    "Statement" : [
  { "Sid":"One", "Effect": "Allow",   "Action": ["iam:GetUser", "iam:List*"], "Resource":"*" },
        {"Effect":"Deny","NotAction":"iam:*","Resource":"*"},
  {
    "Effect": "Allow", "Action": "s3:GetObject",
    "Resource": ["arn:aws:s3:::a/*"],
    "Condition": {"StringLike": {"aws:username": ["a*", "b,c"]}}
  }
 ]
}"""
ONE = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'


def cards(text: str) -> list[statements.Shown]:
    found = statements.read(text)
    assert found is not None
    return found


def test_a_card_shows_effect_service_actions_resources_and_conditions() -> None:
    first, second, third = cards(TEXT)
    assert first.card == Card("Allow", "iam", ("iam:GetUser", "iam:List*"), ("*",), (), "One")
    assert second.card is None
    assert "NotAction" in second.why
    assert second.text == '{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}'
    assert third.card
    assert third.card.conditions == (Line("StringLike", "aws:username", ("a*", "b,c")),)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ('{"Effect":"Allow","Action":["iam:Get*","s3:Get*"],"Resource":"*"}', "several services"),
        ('{"Effect":"Allow","Action":"*","NotResource":"*"}', "NotResource"),
        ('{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}', "Principal"),
        ('{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":true}}}', "no"),
        ('{"Effect":"allow","Action":"*","Resource":"*"}', "whole"),
        ('{"Effect":"Allow","Action":{"a":1},"Resource":"*"}', "no text"),
    ],
)
def test_what_no_card_can_show_stays_json(statement: str, why: str) -> None:
    (shown,) = cards(f'{{"Statement":[{statement}]}}')
    assert shown.card is None
    assert why in shown.why
    assert shown.text == statement


@pytest.mark.parametrize("text", ["", "{", "[]", '{"Statement":[]}', '{"Statement":1}', '{"A":{}}'])
def test_a_text_without_statements_has_no_cards(text: str) -> None:
    assert statements.read(text) is None
    assert statements.added(text) == text
    assert statements.removed(text, 0) == text


def test_a_change_replaces_one_statement_and_no_other_letter() -> None:
    found = statements.replaced(TEXT, 2, Card("Deny", "s3", ("s3:*",), ("*",)))
    start = TEXT.index("  {\n    ") + 2
    assert found[:start] == TEXT[:start]
    assert found.endswith(TEXT[TEXT.rindex("\n ]") :])
    assert json.loads(found)["Statement"][2] == {
        "Effect": "Deny",
        "Action": "s3:*",
        "Resource": "*",
    }


def test_statements_are_added_and_removed_around_untouched_ones() -> None:
    more = statements.added(TEXT)
    assert json.loads(more)["Statement"][3] == {"Effect": "Allow", "Action": [], "Resource": "*"}
    assert statements.removed(more, 3) == TEXT
    assert [one.text for one in cards(statements.removed(TEXT, 0))] == [
        one.text for one in cards(TEXT)[1:]
    ]
    assert len(json.loads(statements.removed(TEXT, 1))["Statement"]) == 2


def test_a_statement_without_a_list_gets_one_when_another_comes() -> None:
    assert statements.removed(ONE, 0) == ONE
    both = json.loads(statements.added(ONE))["Statement"]
    assert both == [json.loads(ONE)["Statement"], dict(statements.NEW)]


words = st.sampled_from(["iam:GetUser", "iam:*", 'q"u\\ote', "é", "${aws:username}", "a b"])
some = st.lists(words, min_size=1, max_size=3, unique=True).map(tuple)


@given(st.sampled_from([TEXT, ONE]), st.sampled_from(["Allow", "Deny"]), some, some)
def test_what_a_card_writes_it_reads_again(
    text: str, effect: str, resources: tuple[str, ...], values: tuple[str, ...]
) -> None:
    card = Card(effect, "iam", ("iam:Get*",), resources, (Line("StringLike", "a:b", values),))
    assert cards(statements.replaced(text, 0, card))[0].card == card


def fields(shown: statements.Shown, **changed: Any) -> QueryDict:
    """What a browser sends of a card's fields, some of them changed."""
    assert shown.card
    form = StatementForm(number=shown.number, card=shown.card)
    sent = QueryDict(mutable=True)
    for name in form.fields:
        value = changed.get(name, form[name].value())
        items = [value] if isinstance(value, str) else list(value or [])
        if name in ("more", "resources") or name.startswith("values_"):
            items = ["\r\n".join(items)]
        sent.setlist(f"s{shown.number}-{name}", items)
    return sent


def test_fields_that_nobody_touched_change_nothing() -> None:
    for shown in cards(TEXT):
        if shown.card:
            form = StatementForm(fields(shown), number=shown.number, card=shown.card)
            assert form.is_valid()
            assert not form.has_changed(), form.changed_data
            assert form.card() == shown.card


def test_fields_say_what_the_card_becomes() -> None:
    shown = cards(TEXT)[0]
    assert shown.card
    sent = fields(
        shown,
        effect="Deny",
        level_write=["iam:CreateUser"],
        operator_0="Bool",
        key_0="aws:SecureTransport",
        values_0=["false"],
    )
    form = StatementForm(sent, number=0, card=shown.card)
    assert form.is_valid()
    assert form.has_changed()
    made = form.card()
    assert made.actions == ("iam:GetUser", "iam:List*", "iam:CreateUser")
    assert (made.effect, made.sid) == ("Deny", "One")
    assert made.conditions == (Line("Bool", "aws:SecureTransport", ("false",)),)


@pytest.mark.parametrize(
    ("service", "actions"), [("s3", ("s3:*",)), ("*", ("*",)), ("", ()), ("IAM:", ("iam:GetUser",))]
)
def test_another_service_leaves_the_actions_of_the_former_one(
    service: str, actions: tuple[str, ...]
) -> None:
    card = Card("Allow", "iam", ("iam:GetUser",), ("*",))
    shown = statements.Shown(0, "", card)
    form = StatementForm(fields(shown, service=service), number=0, card=card)
    assert form.is_valid()
    assert form.card().actions == actions
