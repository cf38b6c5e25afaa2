"""JSON without mercy: hostile text, and the size that quotas count."""

from __future__ import annotations

import json

import pytest

from identity.policy import UNREADABLE, load, parse, size
from tests.bounded import processor_seconds
from tests.identity.policy.builders import SYNTAX, refusal, statement, text


@pytest.mark.parametrize(
    "hostile",
    [
        '{"Statement": []' + " " * 1_000_000 + "}",
        "[" * 10_000 + "]" * 10_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '"' + '\\"' * 60_000,
        '"\\' * 30_000,
        '{"Statement":' + "1" * 100_000 + "}",
        '{"Statement":1e' + "9" * 100_000 + "}",
        text(statement(Action=["iam:*"] * 8)).replace("[", "[" * 20),
        text(statement()).replace('"Effect": "Allow"', '"Effect": "Deny", "Effect": "Allow"'),
        text(statement()).replace('"Version"', '"Statement": [], "Version"'),
        text(statement(Condition={"StringEquals": {"aws:x": 1}})).replace(
            '"aws:x": 1', '"aws:x": 1, "aws:x": 2'
        ),
        text(statement(Condition={"StringEquals": {"aws:x": 1}})).replace(": 1}", ": NaN}"),
        text(statement(Condition={"StringEquals": {"aws:x": 1}})).replace(": 1}", ": -Infinity}"),
        text(statement(Sid="A")).replace('"A"', r'"\ud800"'),
        text(statement(Action="iam:A")).replace('"iam:A"', r'"iam:\udc00"'),
        text(statement(Condition={"StringEquals": {"aws:A": 1}})).replace("aws:A", r"aws:\ud83d"),
        text(statement(Action="iam:\u4e2d")).replace("\\u4e2d", "\u4e2d"),
        text(statement()).replace(" ", "\x00"),
        text(statement()).replace(" ", "\x0b"),
        "\ufeff" + text(statement()),
        text(statement()) + text(statement()),
        text(statement()) + "x",
        text(statement()).replace('"', "'"),
        "/* */" + text(statement()),
        text(statement()).replace("]}", "],}"),
    ],
    ids=range(25),
)
def test_hostile_text_is_refused_quickly(hostile: str) -> None:
    with processor_seconds(10):
        assert refusal(hostile) == SYNTAX
        assert load(hostile) is UNREADABLE


def test_a_document_of_the_greatest_length_is_read() -> None:
    document = text(statement(Resource=["arn:aws:s3:::bucket/" + "x" * 80] * 1_200))
    assert len(parse(document).statements[0].resources) == 1_200
    assert refusal(document + " " * (131_073 - len(document))) == SYNTAX
    assert parse(document + " " * (131_072 - len(document)))


@pytest.mark.parametrize(
    ("document", "characters"),
    [
        ("", 0),
        (" \t\r\n", 0),
        ('{ "a" : [ 1 , 2 ] }', 11),
        ('{"a b": " \\" c "}', 16),
        ('"unclosed  ', 11),
        ('"a\\', 3),
        ('"\u00ff"', 3),
    ],
)
def test_size_leaves_out_white_space_between_tokens_only(document: str, characters: int) -> None:
    assert size(document) == characters


def test_size_does_not_depend_on_indentation() -> None:
    members = json.loads(text(statement(Sid="A"), statement(Condition={"Bool": {"a:b": "true"}})))
    compact = json.dumps(members, separators=(",", ":"))
    assert size(json.dumps(members, indent=4)) == size(json.dumps(members)) == len(compact)
