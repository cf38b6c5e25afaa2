"""Checks of actions: that the service has them, and that a grant of `iam:PassRole` is narrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from identity.policy.json_tree import Node
from identity.policy.lint.reading import Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.patterns import action_matches
from identity.policy.spelling import perhaps
from identity.policy.values import Kind

_TRUST_ACTIONS = re.compile(
    r"sts:(?:AssumeRole[\w*?]*|TagSession|SetSourceIdentity|SetContext)", re.ASCII | re.IGNORECASE
)


def _actions(statement: Statement) -> Iterator[tuple[Node, str, str]]:
    """Every action that has a service, with the service and the name."""
    for element in ("Action", "NotAction"):
        for node in statement.texts(element):
            service, colon, name = str(node.value).partition(":")
            if colon:
                yield node, service.lower(), name


def unknown_service(statement: Statement) -> Iterator[Remark]:
    services = statement.policy.known.services
    for node, service, _ in _actions(statement):
        if service not in services and not _is_pattern(service):
            hint = perhaps(service, services)
            yield Remark(node, f"Correct the service: none is called `{service}`{hint}.")


def no_service(statement: Statement) -> Iterator[Remark]:
    for element in ("Action", "NotAction"):
        for node in statement.texts(element):
            if ":" not in str(node.value) and node.value != "*":
                message = "Write the service before the action, as in `iam:GetUser`."
                yield Remark(node, message)


def service_pattern(statement: Statement) -> Iterator[Remark]:
    for node, service, _ in _actions(statement):
        if _is_pattern(service):
            yield Remark(node, "Name the service in full; wildcards belong after the colon.")


def unknown_action(statement: Statement) -> Iterator[Remark]:
    known = statement.policy.known
    for node, prefix, name in _actions(statement):
        service = known.services.get(prefix)
        if service is None or not service.actions:
            continue
        if _is_pattern(name):
            if not any(action_matches((name,), action) for action in service.actions):
                yield Remark(node, f"Change or remove it: no action of `{prefix}` fits `{name}`.")
        elif known.action(f"{prefix}:{name}") is None:
            nearest = statement.policy.nearest_action(f"{prefix}:{name}")
            hint = f", perhaps `{nearest}`" if nearest else ""
            yield Remark(node, f"Correct the action: `{prefix}` has no `{name}`{hint}.")


def not_about_assuming(statement: Statement) -> Iterator[Remark]:
    if statement.policy.kind is not Kind.TRUST:
        return
    for node in statement.texts("Action"):
        if not _TRUST_ACTIONS.fullmatch(str(node.value)):
            message = "Keep to `sts:AssumeRole` and its kind: a trust policy is about no others."
            yield Remark(node, message)
    if "NotAction" in statement.elements:
        yield Remark(statement.elements["NotAction"].name, "List the actions under `Action`.")


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


# --- grants that reach further than they look ---------------------------------------------------


def _grants(action: str, key: str, how: str, where: str) -> Callable[[Statement], Iterator[Remark]]:
    """The check for an Allow that reaches the action in this way, on resources put in that way.

    AWS has a code for each: `how` is `named`, `star` or `NotAction`, `where` is `star` or
    `NotResource`; the condition key limits the grant, and so satisfies every one of them.
    """

    def run(statement: Statement) -> Iterator[Remark]:
        if not statement.allows or statement.policy.kind.names_principals:
            return
        if key.lower() in statement.keys or _how(statement, action) != how:
            return
        place = _where(statement, where)
        if place:
            message = f"List the roles that `{action}` is about, or limit it by `{key}`."
            yield Remark(place, message)

    return run


def _how(statement: Statement, action: str) -> str:
    patterns = [str(node.value) for node in statement.texts("Action")]
    if action.lower() in (pattern.lower() for pattern in patterns):
        return "named"
    if patterns and action_matches(tuple(patterns), action):
        return "star"
    excepted = tuple(str(node.value) for node in statement.texts("NotAction"))
    return "NotAction" if excepted and not action_matches(excepted, action) else ""


def _where(statement: Statement, where: str) -> Node | None:
    if where == "NotResource":
        return statement.elements[where].name if where in statement.elements else None
    return next(filter(_means_any_role, statement.texts("Resource")), None)


def _means_any_role(resource: Node) -> bool:
    """Whether a wildcard stands where the name of a role begins, or earlier."""
    text = str(resource.value)
    if text == "*":
        return True
    name = text.split(":", 5)[-1]
    before, star, _ = name.partition("*")
    return bool(star) and text.startswith("arn:") and "role/".startswith(before)


_SHAPES = {
    "STAR_IN_RESOURCE": ("named", "star"),
    "STAR_IN_ACTION_AND_RESOURCE": ("star", "star"),
    "STAR_IN_RESOURCE_AND_NOT_ACTION": ("NotAction", "star"),
    "NOT_RESOURCE": ("named", "NotResource"),
    "STAR_IN_ACTION_AND_NOT_RESOURCE": ("star", "NotResource"),
    "NOT_ACTION_AND_NOT_RESOURCE": ("NotAction", "NotResource"),
}
_PASS_ROLE = ("iam:PassRole", "iam:PassedToService")
_CREATE_SLR = ("iam:CreateServiceLinkedRole", "iam:AWSServiceName")

ON_STATEMENTS = (
    Check("ERROR", "INVALID_SERVICE_IN_ACTION", unknown_service),
    Check("ERROR", "INVALID_ACTION", no_service),
    Check("ERROR", "INVALID_ACTION", unknown_action),
    Check("ERROR", "UNSUPPORTED_ACTION_IN_POLICY", not_about_assuming),
    Check("SUGGESTION", "WILDCARD_IN_SERVICE_NAME", service_pattern),
    *(
        Check("SECURITY_WARNING", f"PASS_ROLE_WITH_{shape}", _grants(*_PASS_ROLE, *way))
        for shape, way in _SHAPES.items()
    ),
    *(
        Check("WARNING", f"CREATE_SLR_WITH_{shape}", _grants(*_CREATE_SLR, *way))
        for shape, way in _SHAPES.items()
    ),
)
