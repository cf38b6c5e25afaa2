"""Findings about whole documents, and what holds for every finding."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.catalogue import DATA
from identity.errors import MalformedPolicyDocument
from identity.policy import Kind, Position, Request, Span, decide, parse
from identity.policy.lint import CODES
from identity.policy.lint.coverage import Comparisons
from identity.policy.lint.linter import MOST
from identity.policy.patterns import glob, matches
from tests.bounded import processor_seconds
from tests.identity.policy.builders import layer, statement, text
from tests.identity.policy.lint.linting import ROWS, codes, cut, lint, lint_text, of
from tests.identity.policy.test_laws import requests, some_statements, statements

READ, WRITE = of(Kind.IDENTITY), of(Kind.IDENTITY, Action="s3:PutObject")
DENY = statement("Deny", Action="s3:*")
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

DOCUMENTS: list[tuple[str, str, str, Kind]] = [
    ("MISSING_VERSION", text(READ, version=None), text(READ), Kind.IDENTITY),
    ("INVALID_VERSION", text(READ, version="2012-10-18"), text(READ), Kind.IDENTITY),
    ("DATA_TYPE_MISMATCH", "[]", text(READ), Kind.IDENTITY),
    ("DATA_TYPE_MISMATCH", '{"Version": 2012, "Statement": [1]}', text(READ), Kind.IDENTITY),
    ("MISSING_STATEMENT", '{"Version": "2012-10-17"}', text(READ), Kind.IDENTITY),
    ("MISSING_STATEMENT", text(), text(READ), Kind.TRUST),
    ("INVALID_POLICY_ELEMENT", '{"Statements": []}', text(READ), Kind.IDENTITY),
    (
        "UNIQUE_SIDS_REQUIRED",
        text(READ | {"Sid": "A"}, WRITE | {"Sid": "A"}),
        text(READ | {"Sid": "A"}, WRITE | {"Sid": "a"}),
        Kind.IDENTITY,
    ),
    (
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        text(READ | {"Resource": "arn:aws:s3:::" + "a" * 6_144}),
        text(READ) + " " * 6_144,
        Kind.MANAGED,
    ),
    (
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        text(READ) + " " * 2_048,
        text(READ),
        Kind.SESSION,
    ),
    (
        "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
        text(of(Kind.RESOURCE, Sid="a" * 20_480)),
        text(of(Kind.RESOURCE)),
        Kind.RESOURCE,
    ),
    (
        "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
        text(of(Kind.TRUST, Sid="a" * 2_048)),
        text(of(Kind.TRUST)),
        Kind.TRUST,
    ),
    (
        "VARIABLE_UNSUPPORTED_IN_VERSION",
        text(READ | {"Resource": "arn:aws:s3:::${aws:userid}"}, version="2008-10-17"),
        text(READ | {"Resource": "arn:aws:s3:::${aws:userid}"}),
        Kind.IDENTITY,
    ),
    ("REDUNDANT_STATEMENT", text(READ, READ), text(READ, WRITE), Kind.IDENTITY),
    (
        "REDUNDANT_STATEMENT",
        text(READ | {"Condition": MFA}, statement(Action="s3:*")),
        text(READ, statement(Action="s3:*", Condition=MFA)),
        Kind.IDENTITY,
    ),
    (
        "REDUNDANT_STATEMENT",
        text(of(Kind.TRUST), of(Kind.TRUST, Sid="B")),
        text(of(Kind.TRUST), of(Kind.TRUST, Principal={"AWS": "444455556666"})),
        Kind.TRUST,
    ),
    (
        "UNREACHABLE_STATEMENT",
        text(READ, DENY),
        text(READ, DENY | {"Condition": MFA}),
        Kind.MANAGED,
    ),
    (
        "UNREACHABLE_STATEMENT",
        text(READ, statement("Deny", NotAction="s3:PutObject")),
        text(WRITE, statement("Deny", NotAction="s3:Put*")),
        Kind.IDENTITY,
    ),
    (
        "UNREACHABLE_STATEMENT",
        text(READ | {"Condition": MFA}, DENY | {"Condition": MFA}),
        text(READ, DENY | {"Resource": "arn:aws:s3:::a"}),
        Kind.IDENTITY,
    ),
    ("MALFORMED_POLICY_DOCUMENT", text(READ, version="2008-10-17"), text(READ), Kind.MANAGED),
    ("JSON_SYNTAX_ERROR", "{", text(READ), Kind.IDENTITY),
]


@pytest.mark.parametrize(("code", "bad", "good", "kind"), DOCUMENTS)
def test_a_document_is_remarked_upon(code: str, bad: str, good: str, kind: Kind) -> None:
    assert code in codes(lint_text(bad, kind))
    assert code not in codes(lint_text(good, kind))


def test_every_check_is_tried() -> None:
    tried = {row[0] for rows in ROWS.values() for row in rows} | {row[0] for row in DOCUMENTS}
    alike = {code for code in CODES if code.startswith("CREATE_SLR_WITH_")}
    assert CODES - alike <= tried


def test_what_is_no_json_gets_one_finding_with_its_place() -> None:
    [one] = lint_text('{\n  "Version": }')
    assert (one.type, one.code, one.path) == ("ERROR", "JSON_SYNTAX_ERROR", ())
    assert one.span == Span(Position(2, 14), Position(2, 14))
    assert one.message == 'Correct the JSON: expected a value, found "}".'


def test_a_finding_knows_its_path_and_its_span() -> None:
    written = text(READ, of(Kind.IDENTITY, Action=["s3:GetObject", "iam:GetUsr"], Efect=1))
    action, element = sorted(lint_text(written), key=lambda one: one.code)[:2]
    assert (action.code, element.code) == ("INVALID_ACTION", "INVALID_POLICY_ELEMENT")
    assert action.path == ("Statement", 1, "Action", 1)
    assert cut(written, action) == "iam:GetUsr"
    assert action.message == "Correct the action: `iam` has no `GetUsr`, perhaps `iam:GetUser`."
    assert element.path == ("Statement", 1, "Efect")
    assert cut(written, element) == "Efect"


def test_the_gravest_findings_come_first() -> None:
    found = lint(statement(Action=["*", "iam:GetUsr", "iam:PassRole"], Sid=""), version=None)
    assert [one.type for one in found] == [
        *["ERROR"] * 1,
        *["SECURITY_WARNING"] * 1,
        *["WARNING"] * 2,
        *["SUGGESTION"] * 3,
    ]


def test_the_policies_that_aws_writes_have_no_errors() -> None:
    shipped = json.loads((DATA / "managed_policies.json").read_text(encoding="utf-8"))["policies"]
    assert shipped
    for policy in shipped:
        found = lint_text(json.dumps(policy["document"]), Kind.MANAGED)
        assert {one.code for one in found if one.type == "ERROR"} == set(), policy["name"]


def test_one_check_says_only_so_much() -> None:
    found = lint(*[of(Kind.IDENTITY, Action=f"iam:Get{number}") for number in range(MOST + 9)])
    assert len([one for one in found if one.code == "INVALID_ACTION"]) == MOST


@pytest.mark.parametrize(("code", "bad", "_good", "kind"), DOCUMENTS)
def test_what_cannot_be_saved_has_an_error(code: str, bad: str, _good: str, kind: Kind) -> None:
    del code
    try:
        parse(bad, kind)
    except MalformedPolicyDocument:
        assert "ERROR" in {one.type for one in lint_text(bad, kind)}


@given(requests, some_statements)
def test_removing_what_changes_nothing_changes_nothing(
    asked: Request, written: list[dict[str, Any]]
) -> None:
    useless = {"REDUNDANT_STATEMENT", "UNREACHABLE_STATEMENT"}
    gone = {one.path[1] for one in lint(*written) if one.code in useless}
    left = [one for place, one in enumerate(written) if place not in gone]
    after = decide(asked, [layer(text(*left))] if left else [])
    assert bool(decide(asked, [layer(text(*written))])) is bool(after)


@given(requests, statements())
def test_removing_redundant_values_changes_nothing(asked: Request, one: dict[str, Any]) -> None:
    found = [
        finding.path[2:]
        for finding in lint(one)
        if finding.code in ("REDUNDANT_ACTION", "REDUNDANT_RESOURCE")
    ]
    left = dict(one)
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        if element in one:
            kept = [v for n, v in enumerate(one[element]) if (element, n) not in found]
            left[element] = kept
    assert decide(asked, [layer(text(one))]) == decide(asked, [layer(text(left))])


patterns = st.text("ab*?", max_size=6)


@given(patterns, patterns, st.text("abc", max_size=6))
def test_what_a_covered_pattern_fits_the_covering_one_fits(
    wide: str, narrow: str, value: str
) -> None:
    if Comparisons().covers(wide, narrow) and matches(glob(narrow), value):
        assert matches(glob(wide), value)


@pytest.mark.parametrize(
    "written",
    [
        [statement(Action=[f"iam:Gt{number}*" for number in range(9_000)])],
        [statement(Action=[f"ec2:*ab*c{number}*" for number in range(6_000)])],
        [statement(Action=[f"x{number}:GetUser" for number in range(6_000)])],
        [statement(Action="iam:" + "*a" * 60_000)],
        [statement(Action=f"iam:G{number}*") for number in range(1_800)],
        [statement(Resource="arn:aws:s3:::" + "${" * 60_000)],
        [statement(Condition={"StringLike": {"aws:username": [f"a*{n}*" for n in range(9_800)]}})],
        [statement(Condition={"StringLike": {f"aws:username{n}": "a" for n in range(4_000)}})],
        [statement(Condition={f"StringEqual{n}": {"aws:x": "a"} for n in range(3_500)})],
    ],
    ids=range(9),
)
def test_a_long_document_is_checked_in_bounded_time(written: list[dict[str, Any]]) -> None:
    compact = json.dumps({"Version": "2012-10-17", "Statement": written}, separators=(",", ":"))
    assert 90_000 < len(compact) <= 131_072
    with processor_seconds(10):
        assert lint_text(compact)
