"""The trust policy that choices come to: whom a role trusts, under which conditions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Condition = tuple[str, str, str]
"""Key, operator and value, as `("saml:mail", "StringLike", "*@example.com")`."""

ASSUME = "sts:AssumeRole"
WITH_SAML = "sts:AssumeRoleWithSAML"
WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"


def of_account(root_arn: str, *, mfa: bool = False, external_id: str = "") -> str:
    """Whoever the account's own policies let assume the role."""
    asked: list[Condition] = []
    if mfa:
        asked.append(("aws:MultiFactorAuthPresent", "Bool", "true"))
    if external_id:
        asked.append(("sts:ExternalId", "StringEquals", external_id))
    return document({"AWS": root_arn}, [ASSUME], asked)


def of_service(name: str) -> str:
    return document({"Service": name}, [ASSUME])


def of_saml(
    provider_arn: str,
    asked: Iterable[Condition],
    *,
    recipients: list[str],
    tags: bool,
    source_identity: bool,
) -> str:
    """People whom the provider vouches for; `recipients` are our addresses for the console."""
    conditions: list[tuple[str, str, Any]] = list(asked)
    if recipients:
        value = recipients[0] if len(recipients) == 1 else recipients
        conditions.insert(0, ("SAML:aud", "StringEquals", value))
    return document(
        {"Federated": provider_arn}, _actions(WITH_SAML, tags, source_identity), conditions
    )


def of_oidc(
    provider_arn: str,
    issuer: str,
    *,
    audience: str,
    subject: str,
    tags: bool,
    source_identity: bool,
) -> str:
    """Tokens of the provider for this audience; a subject with * or ? is a pattern."""
    asked: list[Condition] = []
    if audience:
        asked.append((f"{issuer}:aud", "StringEquals", audience))
    if subject:
        operator = "StringLike" if any(mark in subject for mark in "*?") else "StringEquals"
        asked.append((f"{issuer}:sub", operator, subject))
    actions = _actions(WITH_WEB_IDENTITY, tags, source_identity)
    return document({"Federated": provider_arn}, actions, asked)


def _actions(first: str, tags: bool, source_identity: bool) -> list[str]:
    more = ["sts:TagSession"] if tags else []
    return [first, *more, *(["sts:SetSourceIdentity"] if source_identity else [])]


def document(
    principal: dict[str, str], actions: list[str], conditions: Iterable[tuple[str, str, Any]] = ()
) -> str:
    """One Allow; conditions that share key and operator become one with several values."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": actions[0] if len(actions) == 1 else actions,
    }
    block: dict[str, dict[str, Any]] = {}
    for key, operator, value in conditions:
        keys = block.setdefault(operator, {})
        keys[key] = [*_several(keys[key]), *_several(value)] if key in keys else value
    if block:
        statement["Condition"] = block
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def statement_for_the_other_side(role_arn: str) -> str:
    """What the trusted account adds to a policy of its users, so that they may use the role."""
    allowed = {"Effect": "Allow", "Action": ASSUME, "Resource": role_arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]}, indent=2)


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
