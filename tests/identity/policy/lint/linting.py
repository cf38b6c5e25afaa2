"""Short ways to ask the linter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from identity.catalogue import catalogue
from identity.policy import Kind
from identity.policy.lint import Finding, findings
from tests.identity.policy.builders import statement, text

ACCOUNT = "111122223333"
ROWS: dict[str, list[tuple[str, dict[str, Any], dict[str, Any]]]] = json.loads(
    (Path(__file__).parent / "statements.json").read_text(encoding="utf-8")
)


def trusting(**elements: Any) -> dict[str, Any]:
    """A statement by which a role trusts its account, but for the elements given."""
    whole = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    return whole | elements


def of(kind: Kind, **elements: Any) -> dict[str, Any]:
    """A statement such as a policy of the kind has; an element that is None is left out."""
    if kind is Kind.TRUST:
        one = trusting(**elements)
    elif kind is Kind.RESOURCE:
        one = statement(**({"Action": "s3:GetObject", "Principal": {"AWS": ACCOUNT}} | elements))
    else:
        one = statement(**({"Action": "s3:GetObject"} | elements))
    return {name: value for name, value in one.items() if value is not None}


def lint(
    *statements: dict[str, Any], kind: Kind = Kind.IDENTITY, version: str | None = "2012-10-17"
) -> list[Finding]:
    return lint_text(text(*statements, version=version), kind)


def lint_text(written: str, kind: Kind = Kind.IDENTITY) -> list[Finding]:
    return findings(written, kind, catalogue())


def codes(found: list[Finding]) -> set[str]:
    return {one.code for one in found}


def cut(written: str, finding: Finding) -> Any:
    """The JSON in the span of a finding, of a document of one line."""
    start, end = finding.span
    assert start.line == end.line == 1
    return json.loads(written[start.column - 1 : end.column - 1])
