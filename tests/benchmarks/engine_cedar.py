"""The measured policies in Cedar, as near to their meaning as that language comes.

What Cedar cannot say is said for it where it costs it nothing: actions with wildcards are listed,
and whose a resource is, where an IAM policy has `${aws:username}`, is told with the request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from identity.policy import Request
from tests.benchmarks.engine_case import ACTIONS

_OWNER = re.compile(r":user/(.+)|:home/([^/]+)/")


def policies(documents: list[str]) -> str:
    """One Cedar policy for each statement."""
    statements = [each for text in documents for each in json.loads(text)["Statement"]]
    return "\n".join(map(_policy, statements))


def request(asked: Request) -> dict[str, Any]:
    """The request, made ready outside of what is measured."""
    context: dict[str, Any] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asked.context.items()
    }
    context["aws:SourceIp"] = {"__extn": {"fn": "ip", "arg": context["aws:SourceIp"]}}
    time = context["aws:CurrentTime"]
    context["aws:CurrentTime"] = {"__extn": {"fn": "datetime", "arg": time}}
    owner = _OWNER.search(asked.resource)
    context["owner"] = (owner[1] or owner[2]) if owner else ""
    context["arn"] = asked.resource
    return {
        "principal": {"type": "User", "id": asked.principal_arn},
        "action": {"type": "Action", "id": asked.action},
        "resource": {"type": "Resource", "id": asked.resource},
        "context": context,
    }


def _policy(statement: dict[str, Any]) -> str:
    effect = {"Allow": "permit", "Deny": "forbid"}[statement["Effect"]]
    patterns = _listed(statement["Action"])
    named = [one for one in ACTIONS if any(fnmatchcase(one, pattern) for pattern in patterns)]
    actions = ", ".join(f'Action::"{one}"' for one in named)
    clauses = [
        _condition(operator, key, _listed(wanted))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    if statement["Resource"] != "*":
        clauses.insert(0, " || ".join(map(_resource, _listed(statement["Resource"]))))
    when = "".join(f" when {{ {clause} }}" for clause in clauses)
    return f"{effect}(principal, action in [{actions}], resource){when};"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _resource(pattern: str) -> str:
    if "${aws:username}" in pattern:
        like = pattern.replace("${aws:username}", "*")
        return f'(context.arn like "{like}" && context.owner == context["aws:username"])'
    return f'context.arn like "{pattern}"' if "*" in pattern else f'context.arn == "{pattern}"'


def _condition(operator: str, key: str, wanted: list[str]) -> str:
    asked = f'context["{key}"]'
    present = f'context has "{key}"'
    return _OPERATORS[operator](asked, present, wanted)


def _not_equals(asked: str, present: str, wanted: list[str]) -> str:
    other = wanted[0].removeprefix("${").removesuffix("}")
    return f'!({present}) || {asked} != context["{other}"]'


_OPERATORS: dict[str, Callable[[str, str, list[str]], str]] = {
    "BoolIfExists": lambda asked, present, wanted: f'!({present}) || {asked} == "{wanted[0]}"',
    "IpAddress": lambda asked, _, wanted: " || ".join(
        f'{asked}.isInRange(ip("{one}"))' for one in wanted
    ),
    "StringNotEquals": _not_equals,
    "StringEquals": lambda asked, _, wanted: f"{json.dumps(wanted)}.contains({asked})",
    "ForAllValues:StringEquals": lambda asked, present, wanted: (
        f"!({present}) || {json.dumps(wanted)}.containsAll({asked})"
    ),
    "StringLike": lambda asked, present, wanted: f'{present} && {asked} like "{wanted[0]}"',
    "Null": lambda _, present, _wanted: f"!({present})",
    "DateLessThan": lambda asked, _, wanted: f'{asked} < datetime("{wanted[0]}")',
    "ArnNotLike": lambda asked, _, wanted: f'!({asked} like "{wanted[0]}")',
}
