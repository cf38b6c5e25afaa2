"""Whether one statement applies to a request: its action, resource, principal and conditions."""

from __future__ import annotations

from identity.policy import conditions
from identity.policy.conditions import Answer
from identity.policy.patterns import matches, utf16_units
from identity.policy.principals import Naming
from identity.policy.request import Request
from identity.policy.values import Compiled, Statement
from identity.policy.variables import expand


def naming(statement: Statement, request: Request, *, variables: bool) -> Naming:
    """How the statement names who asks, and `NONE` if it does not apply to the request.

    A statement that lists no principals means the one whose policy it is: `OWNER`. What cannot be
    told - a condition nobody can evaluate, a principal of whom the request says nothing - applies
    to a Deny and never to an Allow.
    """
    if not _names_action(statement, request.action):
        return Naming.NONE
    if not _names_resource(statement, request, variables):
        return Naming.NONE
    named = _principal(statement, request)
    if named is Naming.NONE or not statement.conditions:
        return named
    answer = conditions.answer(statement.conditions, request, variables=variables)
    holds = answer is Answer.YES or (answer is Answer.UNKNOWN and statement.effect == "Deny")
    return named if holds else Naming.NONE


def _names_action(statement: Statement, action: str) -> bool:
    listed = statement.compiled.actions.fullmatch(action) is not None
    return listed is bool(statement.actions)


def _names_resource(statement: Statement, request: Request, variables: bool) -> bool:
    """A trust policy lists no resource: it speaks of its role only."""
    listed = _lists_resource(statement.compiled, request, variables)
    return listed is bool(statement.resources)


def _lists_resource(compiled: Compiled, request: Request, variables: bool) -> bool:
    fixed = compiled.resources
    if fixed is not None and fixed.fullmatch(utf16_units(request.resource)):
        return True
    for pattern in compiled.resources_with_variables:
        pieces = expand(pattern, request, variables=variables)
        if pieces is not None and matches(pieces, request.resource):
            return True
    return False


def _principal(statement: Statement, request: Request) -> Naming:
    if not statement.principals and not statement.not_principals:
        return Naming.OWNER
    who = request.principal
    if statement.effect == "Allow":
        return who.naming(statement.principals) if who else Naming.NONE
    if who is None:
        return Naming.OWNER
    if statement.principals:
        return Naming.OWNER if who.is_denied(statement.principals) else Naming.NONE
    return Naming.NONE if who.is_excepted(statement.not_principals) else Naming.OWNER
