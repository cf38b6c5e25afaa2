"""Role trust policies: what may stand in one, checked when it is written, in AWS's words."""

from __future__ import annotations

import re
from collections import Counter

from identity.errors import MalformedPolicyDocument
from identity.policy import principals, shared_issuers
from identity.policy.conditions import check
from identity.policy.values import VERSIONS, Document, Statement

_ACTION = re.compile(
    r"sts:(?:AssumeRole[\w*?]*|TagSession|SetSourceIdentity|SetContext)", re.ASCII | re.IGNORECASE
)
_PROHIBITED = ("Resource", "NotResource")


def check_grammar(members: object) -> None:
    """Raise `MalformedPolicyDocument` for faults that only trust policies have a message for.

    `members` is the JSON value; what is wrong beyond that is left to the reader of all documents.
    """
    if not isinstance(members, dict):
        return
    if "Version" in members and members["Version"] not in VERSIONS:
        raise MalformedPolicyDocument("The policy must contain a valid version string")
    given = members.get("Statement", [])
    statements = given if isinstance(given, list) else [given]
    if not statements:
        raise MalformedPolicyDocument("Could not parse the policy: Statement is empty!")
    for statement in statements:
        if isinstance(statement, dict):
            _check_fields(statement)


def _check_fields(statement: dict[str, object]) -> None:
    for field in _PROHIBITED:
        if field in statement:
            raise MalformedPolicyDocument(f"Has prohibited field {field}")
    if "NotPrincipal" in statement:
        raise MalformedPolicyDocument(
            "Allow with NotPrincipal is not allowed."
            if statement.get("Effect") == "Allow"
            else "AssumeRole policy must not contain NotPrincipal field."
        )
    present = statement.keys() | ({"Action"} if "NotAction" in statement else set())
    for field in ("Effect", "Principal", "Action"):
        if field not in present:
            raise MalformedPolicyDocument(f"Missing required field {field}")
    if not isinstance(statement["Principal"], dict):
        raise MalformedPolicyDocument("Principal must be a JSON object.")


def check_document(document: Document) -> None:
    """Raise `MalformedPolicyDocument` for the first rule that the document breaks."""
    for statement in document.statements:
        for condition in statement.conditions:
            check(condition)
    sids = Counter(statement.sid for statement in document.statements if statement.sid)
    if any(uses > 1 for uses in sids.values()):
        raise MalformedPolicyDocument("The Statement Ids in the policy are not unique")
    for statement in document.statements:
        _check_actions(statement)
        principals.check_spelling(statement.principals)
        shared_issuers.check(statement)


def _check_actions(statement: Statement) -> None:
    if statement.not_actions or not all(map(_ACTION.fullmatch, statement.actions)):
        raise MalformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.")
