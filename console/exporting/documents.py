"""What has to change before a policy document, or an account's entities, can stand elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from console.exporting.snapshot import Entity

_GONE = re.compile(r"(AIDA|AROA)[A-Z0-9]{12,}")


def mapped(value: Any, leaf: Callable[[str], Any]) -> Any:
    """The same structure with every text replaced, keys included."""
    if isinstance(value, str):
        return leaf(value)
    if isinstance(value, list):
        return [mapped(one, leaf) for one in value]
    if isinstance(value, dict):
        return {key: mapped(one, leaf) for key, one in value.items()}
    return value


def in_force(policy: Entity) -> Any:
    """The document of a managed policy's default version."""
    versions = policy["PolicyVersionList"]
    return next(one["Document"] for one in versions if one["IsDefaultVersion"])


def without_the_gone(trust: Any) -> Any:
    """A trust policy without principals that were deleted here: AWS takes no document with them.

    What has none of them stays as it is, letter by letter.
    """
    given = trust["Statement"]
    statements = given if isinstance(given, list) else [given]
    left = [one for one in map(_living, statements) if one is not None]
    return trust if left == statements else {**trust, "Statement": left}


def _living(statement: Any) -> Any:
    """The statement without who is gone; None when nobody is left."""
    principal = statement.get("Principal")
    if not isinstance(principal, dict) or "AWS" not in principal:
        return statement
    named = _listed(principal["AWS"])
    living = [one for one in named if not _GONE.fullmatch(one)]
    if living == named:
        return statement
    others = {key: one for key, one in principal.items() if key != "AWS"}
    kept = {**others, **({"AWS": living} if living else {})}
    return {**statement, "Principal": kept} if kept else None


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def trusted(role: Entity) -> Iterator[str]:
    """The ARNs of users and roles that the trust policy names."""
    statements = role["AssumeRolePolicyDocument"]["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            yield from _listed(principal.get("AWS", []))


def in_order(roles: list[Entity]) -> tuple[list[Entity], list[str]]:
    """Roles, those first that others trust; and the names of those for which there is no order.

    A role that trusts itself, or two that trust each other, cannot be made in one go at AWS.
    """
    waiting = {role["Arn"]: role for role in roles}
    ordered: list[Entity] = []
    while waiting:
        ready = [
            role for role in waiting.values() if not any(arn in waiting for arn in trusted(role))
        ]
        if not ready:
            circle = list(waiting.values())
            return ordered + circle, [role["RoleName"] for role in circle]
        ordered += ready
        waiting = {arn: role for arn, role in waiting.items() if role not in ready}
    return ordered, []


def service_of(role: Entity) -> str:
    """The service that a service-linked role belongs to, or ""."""
    if not role["Path"].startswith("/aws-service-role/"):
        return ""
    return str(role["Path"].split("/")[2])


def suffix_of(role: Entity) -> str:
    """The custom suffix of a service-linked role."""
    return str(role["RoleName"].partition("_")[2])
