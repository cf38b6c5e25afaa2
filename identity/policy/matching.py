"""Whether one statement applies to a request: its resource, principal and conditions."""

from __future__ import annotations

from identity.policy import conditions
from identity.policy.conditions import Answer
from identity.policy.patterns import matches, utf16_units
from identity.policy.principals import Naming
from identity.policy.request import Request
from identity.policy.values import Rule


def naming(rule: Rule, request: Request) -> Naming:
    """How a statement about the request's action names who asks; `NONE` if it does not apply.

    A statement that lists no principals means the one whose policy it is: `OWNER`. What cannot be
    told - a condition nobody can evaluate, a principal of whom the request says nothing - applies
    to a Deny and never to an Allow.
    """
    if not means_resource(rule, request):
        return Naming.NONE
    named = principal(rule, request)
    if named is Naming.NONE or not rule.questions:
        return named
    answer = conditions.answer(rule.questions, request)
    return named if holds(rule, answer) else Naming.NONE


def holds(rule: Rule, answer: Answer) -> bool:
    """What the answer to a condition, or to all of them, means for the statement."""
    return answer is Answer.YES or (answer is Answer.UNKNOWN and rule.denies)


def means_resource(rule: Rule, request: Request) -> bool:
    """Whether the statement is about the resource; a trust policy lists none but its role."""
    return _lists_resource(rule, request) is rule.listing


def _lists_resource(rule: Rule, request: Request) -> bool:
    if rule.resources.fit(utf16_units(request.resource)):
        return True
    for template in rule.resources_with_variables:
        pattern = template.expand(request)
        if pattern is not None and matches(pattern, request.resource):
            return True
    return False


def principal(rule: Rule, request: Request) -> Naming:
    """How the statement's principals name who asks."""
    if not rule.names_principals:
        return Naming.OWNER
    statement, who = rule.statement, request.principal
    if statement.effect == "Allow":
        return who.naming(statement.principals) if who else Naming.NONE
    if who is None:
        return Naming.OWNER
    if statement.principals:
        return Naming.OWNER if who.is_denied(statement.principals) else Naming.NONE
    return Naming.NONE if who.is_excepted(statement.not_principals) else Naming.OWNER
