"""What the tests of the policy simulator share: statements, entries, and how results are read."""

from __future__ import annotations

from typing import Any

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY_ALL = {**ALLOW_ALL, "Effect": "Deny"}
BUCKET = "arn:aws:s3:::b/k"
ELSEWHERE = "444455556666"


def allow(*actions: str, on: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def entry(name: str, kind: str, *values: str) -> dict[str, Any]:
    """A context entry."""
    return {"ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": list(values)}


def sources(result: Any) -> list[tuple[str, str]]:
    """The matched statements of a result, by the ID and the type of their policies."""
    return [(one["SourcePolicyId"], one["SourcePolicyType"]) for one in result["MatchedStatements"]]


def boundary_of(result: Any) -> bool | None:
    """Whether the boundary allows; None without one."""
    found: bool | None = result.get("PermissionsBoundaryDecisionDetail", {}).get(
        "AllowedByPermissionsBoundary"
    )
    return found
