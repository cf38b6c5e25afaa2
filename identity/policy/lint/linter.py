"""All checks, run over one policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeVar

from identity.errors import MalformedPolicyDocument
from identity.policy import json_tree
from identity.policy.catalogue import Catalogue
from identity.policy.document import parse
from identity.policy.json_tree import JsonError
from identity.policy.lint import (
    actions,
    conditions,
    elements,
    principals,
    redundancy,
    resources,
    structure,
    values,
    variables,
)
from identity.policy.lint.reading import Policy
from identity.policy.lint.report import Check, Finding
from identity.policy.places import Lines, Position, Span
from identity.policy.values import Kind

_About = TypeVar("_About")

MOST = 25
"""So many remarks of one check are enough; what is left shows when these are heeded."""

_TYPES = ("ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION")
_ON_POLICY = (*structure.ON_POLICY, *variables.ON_POLICY, *redundancy.ON_POLICY)
_ON_STATEMENTS = (
    *structure.ON_STATEMENTS,
    *elements.ON_STATEMENTS,
    *actions.ON_STATEMENTS,
    *resources.ON_STATEMENTS,
    *variables.ON_STATEMENTS,
    *principals.ON_STATEMENTS,
    *conditions.ON_STATEMENTS,
    *redundancy.ON_STATEMENTS,
)
_ON_CONDITIONS = (
    *elements.ON_CONDITIONS,
    *variables.ON_CONDITIONS,
    *conditions.ON_CONDITIONS,
    *values.ON_CONDITIONS,
    *redundancy.ON_CONDITIONS,
)
CODES = frozenset(
    [
        *(check.code for check in _ON_POLICY),
        *(check.code for check in _ON_STATEMENTS),
        *(check.code for check in _ON_CONDITIONS),
        *("JSON_SYNTAX_ERROR", "MALFORMED_POLICY_DOCUMENT"),
    ]
)
"""Every issue code that a finding can have."""


def findings(text: str, kind: Kind, known: Catalogue) -> list[Finding]:
    """What there is to say about a policy, the gravest first, then in the order of the text.

    Takes any text and never raises. A text that is not JSON gets one finding. A document that
    `parse` refuses always gets an ERROR, one that it accepts may get one too: AWS too saves
    policies about actions that do not exist. At most `MOST` findings come from one check.
    """
    lines = Lines(text)
    try:
        policy = Policy(text, json_tree.read(text), kind, known)
    except JsonError as broken:
        place = lines.position(broken.offset)
        message = f"Correct the JSON: expected {broken.expected}, found {broken.found}."
        return [Finding("ERROR", "JSON_SYNTAX_ERROR", message, (), Span(place, place))]
    found = [
        *_run(_ON_POLICY, [policy], lines),
        *_run(_ON_STATEMENTS, policy.statements, lines),
        *_run(_ON_CONDITIONS, policy.conditions, lines),
    ]
    if not any(finding.type == "ERROR" for finding in found):
        found += _refusals(text, kind)
    return sorted(found, key=lambda one: (_TYPES.index(one.type), one.span, one.code))


def _run(
    checks: Iterable[Check[_About]], subjects: Sequence[_About], lines: Lines
) -> Iterator[Finding]:
    for check in checks:
        remarks = chain.from_iterable(map(check.run, subjects))
        for at, message in islice(remarks, MOST):
            yield Finding(check.type, check.code, message, at.path, lines.span(at.start, at.end))


def _refusals(text: str, kind: Kind) -> Iterator[Finding]:
    """The reason why the document cannot be saved, should no check have found it."""
    try:
        parse(text, kind)
    except MalformedPolicyDocument as refused:
        place = Position(refused.line, refused.column)
        message = f"{refused.message} ({refused.detail})"
        yield Finding("ERROR", "MALFORMED_POLICY_DOCUMENT", message, (), Span(place, place))
