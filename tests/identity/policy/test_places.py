"""Where statements stand in the text of their document."""

from __future__ import annotations

import json

import pytest

from identity.policy import LayerKind, Source, decide, load, matched_statements, parse
from identity.policy.evaluate import Layer
from identity.policy.places import Position, Span, statement_spans
from tests.identity.policy.builders import layer, request, statement, text

ONE = """{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": "iam:*",
    "Resource": "*"
  }
}"""
TWO = (
    '{"Id": "Statement", "Statement": [{"Effect":"Allow","Action":["*"],"Resource":"*",\n'
    '"Condition":{"StringLike":{"aws:x":"}]{\\""}}},\r\n\t{"Effect":"Deny","Action":"s3:*",'
    '"Resource":["*"]}], "Version": "2012-10-17"}'
)


def slices(document: str) -> list[str]:
    """The text of each statement, cut out by its span."""
    lines = document.replace("\r\n", "\n").split("\n")
    cut = []
    for start, end in statement_spans(document):
        rows = lines[start.line - 1 : end.line]
        rows[-1] = rows[-1][: end.column - 1]
        cut.append("\n".join([rows[0][start.column - 1 :], *rows[1:]]))
    return cut


def test_lines_and_columns_count_from_one_and_the_end_is_the_place_after() -> None:
    assert statement_spans(ONE) == (Span(Position(3, 16), Position(7, 4)),)


def test_the_compact_form_of_a_document_has_one_line() -> None:
    spans = statement_spans(text(statement(), statement("Deny")))
    assert [span.start.line for span in spans] == [1, 1]
    assert spans[0].start.column == 41


@pytest.mark.parametrize("document", [ONE, TWO, text(statement(), statement("Deny"))])
@pytest.mark.parametrize("indent", [None, 0, 3, "\t"])
def test_the_text_in_a_span_is_the_statement(document: str, indent: int | str | None) -> None:
    for each in (document, json.dumps(json.loads(document), indent=indent)):
        whole = json.loads(each)["Statement"]
        found = [json.loads(one, strict=False) for one in slices(each)]
        assert found == (whole if isinstance(whole, list) else [whole])


def test_a_name_spelled_with_escapes_is_the_same_name() -> None:
    document = ONE.replace('"Statement"', '"St\\u0061tement"')
    assert len(statement_spans(document)) == len(parse(document).statements) == 1


def test_a_decision_says_where_its_statement_stands() -> None:
    read = Layer(LayerKind.IDENTITY, (Source("one", parse(ONE)), Source("two", parse(TWO))))
    allowed = decide(request("iam:GetUser"), [read])
    assert (allowed.source, allowed.span) == ("one", statement_spans(ONE)[0])
    denied = decide(request("s3:GetObject"), [read])
    assert (denied.source, denied.statement, denied.span) == ("two", 1, statement_spans(TWO)[1])


def test_what_is_implicit_or_unreadable_stands_nowhere() -> None:
    assert decide(request(), [layer()]).span is None
    unreadable = Layer(LayerKind.IDENTITY, (Source("broken", load("{")),))
    assert decide(request(), [unreadable]).span is None


def test_the_matched_statements_are_all_that_grant_or_all_that_deny() -> None:
    allows = [statement(Sid="A"), statement(Action="s3:*"), statement(Sid="B")]
    denies = [statement("Deny", Action="iam:Delete*", Sid="C")]
    layers = [
        layer(text(*allows), text(*denies)),
        layer(text(statement(Sid="D"), *denies), kind=LayerKind.BOUNDARY),
    ]

    def sids(action: str) -> list[tuple[str, str]]:
        found = matched_statements(request(action), layers)
        return [(match.source, match.statement.sid) for match in found]

    assert sids("iam:GetUser") == [("policy-1", "A"), ("policy-1", "B")]
    assert sids("iam:DeleteUser") == [("policy-2", "C"), ("policy-1", "C")]
    assert matched_statements(request(), [layer(text(*allows)), layer(kind=LayerKind.SCP)]) == []
