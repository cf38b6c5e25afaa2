"""Role trust policies: what may stand in one, checked when it is written, in AWS's words."""

from __future__ import annotations

import re

from identity.policy import limits, shared_issuers
from identity.policy.faults import Fault
from identity.policy.values import VERSIONS, Document, Statement

_ACTION = re.compile(
    r"sts:(?:AssumeRole[\w*?]*|TagSession|SetSourceIdentity|SetContext)", re.ASCII | re.IGNORECASE
)
_PROHIBITED = ("Resource", "NotResource")


def check_grammar(members: object) -> None:
    """Raise `Fault` for what only trust policies have a message for.

    `members` is the JSON value; what is wrong beyond that is left to the reader of all documents.
    """
    if not isinstance(members, dict):
        return
    if "Version" in members and members["Version"] not in VERSIONS:
        message = "The policy must contain a valid version string"
        raise Fault(message, f'"{VERSIONS[1]}" or "{VERSIONS[0]}"', "Version")
    given = members.get("Statement", [])
    statements = given if isinstance(given, list) else [given]
    if not statements:
        message = "Could not parse the policy: Statement is empty!"
        raise Fault(message, "at least one statement", "Statement")
    for index, statement in enumerate(statements):
        try:
            _check_fields(statement)
        except Fault as fault:
            fault.inside("Statement", index)
            raise


def _check_fields(statement: object) -> None:
    if not isinstance(statement, dict):
        return
    for field in _PROHIBITED:
        if field in statement:
            expected = "no resource: a trust policy is about its role"
            message = f"Has prohibited field {field}"
            raise Fault(message, expected, field, found=f'"{field}"', of_name=True)
    if "NotPrincipal" in statement:
        message = (
            "Allow with NotPrincipal is not allowed."
            if statement.get("Effect") == "Allow"
            else "AssumeRole policy must not contain NotPrincipal field."
        )
        raise Fault(message, '"Principal"', "NotPrincipal", of_name=True)
    present = statement.keys() | ({"Action"} if "NotAction" in statement else set())
    for field in ("Effect", "Principal", "Action"):
        if field not in present:
            message = f"Missing required field {field}"
            raise Fault(message, f'"{field}"', field)
    if not isinstance(statement["Principal"], dict):
        message = "Principal must be a JSON object."
        raise Fault(message, 'an object such as {"AWS": "111122223333"}', "Principal")


def check_document(document: Document) -> None:
    """Raise `Fault` for the first rule that the document breaks."""
    for statement in document.statements:
        limits.check_conditions(statement)
    limits.check_unique_sids(document, "The Statement Ids in the policy are not unique")
    for statement in document.statements:
        _check_actions(statement)
        limits.check_principals(statement)
        shared_issuers.check(statement)


def _check_actions(statement: Statement) -> None:
    message = "AssumeRole policy may only specify STS AssumeRole actions."
    expected = "sts:AssumeRole and its kind, sts:TagSession, sts:SetSourceIdentity, sts:SetContext"
    way = ("Statement", statement.index)
    if statement.not_actions:
        raise Fault(message, f"Action: {expected}", *way, "NotAction", of_name=True)
    for index, action in enumerate(statement.actions):
        if not _ACTION.fullmatch(action):
            raise Fault(message, expected, *way, "Action", index)
