"""What an account's own policies and trust policies say that a dashboard should tell."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from console.names import policy_address
from identity.catalogue import catalogue
from identity.models import Account, ManagedPolicy, Role
from identity.policy import Kind
from identity.policy.lint import findings

# Of more policies the dashboard looks at the ones changed last.
LOOKED_AT = 30


def with_security_warnings(account: Account) -> tuple[int, list[str]]:
    """How many custom policies were looked at, and the pages of those with a security warning."""
    policies = ManagedPolicy.objects.of(account).select_related("default_version")
    newest = list(policies.order_by("-pk")[:LOOKED_AT])
    warned = [
        policy_address("policy-permissions", policy)
        for policy in newest
        if policy.default_version and _is_warned_about(policy.default_version.document)
    ]
    return len(newest), warned


@lru_cache(maxsize=1024)
def _is_warned_about(document: str) -> bool:
    """Pure, and a version's document never changes: remembered for the next visit."""
    found = findings(document, Kind.IDENTITY, catalogue())
    return any(one.type == "SECURITY_WARNING" for one in found)


def trusts(account: Account) -> tuple[int, int]:
    """How many roles trust everybody without a condition, and how many trust other accounts."""
    public = outside = 0
    for text in Role.objects.filter(account=account).values_list("trust_policy", flat=True):
        everybody, others = _trusted(text, account.id)
        public += everybody
        outside += others
    return public, outside


@lru_cache(maxsize=4096)
def _trusted(text: str, own: str) -> tuple[bool, bool]:
    everybody = others = False
    for statement in _listed(json.loads(text).get("Statement", [])):
        if statement.get("Effect") != "Allow":
            continue
        for name in _accounts(statement.get("Principal")):
            everybody = everybody or (name == "*" and not statement.get("Condition"))
            others = others or _is_of_another(name, own)
    return everybody, others


def _accounts(principal: Any) -> list[str]:
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return [name for name in _listed(named) if isinstance(name, str)]


def _is_of_another(name: str, own: str) -> bool:
    """Stored as an ARN or a bare account ID; users and roles of the own account as their IDs."""
    account = name.split(":")[4] if name.count(":") >= 5 else name
    return account.isdecimal() and len(account) == 12 and account != own


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
