"""Printing a document, and reading it again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.policy import UNREADABLE, Kind, load, parse
from identity.policy.printing import text as printed
from tests.identity.policy.builders import statement, text
from tests.identity.policy.test_laws import some_statements, statements

PRINCIPALS: list[Any] = [
    {"AWS": "*"},
    {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/ana"], "Service": "a.amazonaws.com"},
    {"Federated": "accounts.google.com"},
    {"CanonicalUser": "0" * 64, "AWS": []},
    {"Service": ["ec2.amazonaws.com"]},
]
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)


def test_a_document_is_printed_as_the_console_shows_it() -> None:
    written = text(
        statement(Condition={"Bool": {"aws:SecureTransport": True}}, Sid="A", Action=["iam:*"])
    )
    assert printed(parse(written)).splitlines() == [
        "{",
        '  "Version": "2012-10-17",',
        '  "Statement": [',
        "    {",
        '      "Sid": "A",',
        '      "Effect": "Allow",',
        '      "Action": "iam:*",',
        '      "Resource": "*",',
        '      "Condition": {',
        '        "Bool": {',
        '          "aws:SecureTransport": "true"',
        "        }",
        "      }",
        "    }",
        "  ]",
        "}",
    ]


@given(some_statements, st.sampled_from(["2012-10-17", "2008-10-17", None]))
def test_what_is_printed_reads_as_it_was(written: list[dict[str, Any]], version: str) -> None:
    document = load(text(*written, version=version))
    assert parse(text(*written)) == parse(printed(parse(text(*written))))
    assert load(printed(document)) == document


@given(statements(), st.sampled_from(PRINCIPALS), st.sampled_from(["Principal", "NotPrincipal"]))
def test_principals_are_printed_too(one: dict[str, Any], who: Any, element: str) -> None:
    for kind in (Kind.RESOURCE, Kind.TRUST):
        document = load(text(one | {element: who}), kind)
        assert document is not UNREADABLE
        assert load(printed(document), kind) == document


@pytest.mark.parametrize("who", ["*", *PRINCIPALS])
def test_a_written_resource_policy_is_read_again(who: Any) -> None:
    document = parse(text(statement(Principal=who)), Kind.RESOURCE)
    assert parse(printed(document), Kind.RESOURCE) == document


def test_a_written_trust_policy_is_read_again() -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}
    document = parse(text(trust, trust | {"Sid": "not a word"}), Kind.TRUST)
    assert parse(printed(document), Kind.TRUST) == document


@given(any_text, any_text, st.lists(any_text, max_size=3))
def test_every_character_survives(sid: str, key: str, values: list[str]) -> None:
    one = statement(Sid=sid, Action=[sid, key], Condition={"StringEquals": {key: values}, sid: {}})
    document = load(json.dumps({"Id": key, "Statement": one}))
    assert load(printed(document)) == document


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.MANAGED, Kind.SESSION])
def test_a_document_of_the_greatest_length_is_printed_and_read(kind: Kind) -> None:
    compact = json.dumps(
        {"Version": "2012-10-17", "Statement": [statement(Action=["a:b", "e:*"] * 9_000)]},
        separators=(",", ":"),
    )
    document = parse(compact, kind)
    assert parse(printed(document), kind) == document


def test_what_stands_for_an_unreadable_document_is_printed() -> None:
    assert load(printed(UNREADABLE)) == UNREADABLE
