"""Credentials for who comes from an identity provider: the same for SAML and OIDC, API and console.

The trust policy has been asked before (`federation.trust`); here is only what is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from identity import arns, tokens
from identity.errors import ValidationError
from identity.facts import Facts
from identity.models import Role, TemporarySession
from identity.operations import session_parameters
from identity.policy.request import Value

HOUR = 3_600
SHORTEST, LONGEST = 900, 43_200


@dataclass(frozen=True, slots=True)
class Wanted:
    """The session to be: what the provider says of it, and what the request adds.

    `asked_seconds` is the request's `DurationSeconds`, None where it has none; `policies` are the
    columns that `session_parameters.policies` returns.
    """

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_keys: tuple[str, ...] = ()
    source_identity: str = ""
    asked_seconds: int | None = None
    policies: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def more_actions(self) -> list[str]:
        """What the trust policy has to allow besides the assumption itself."""
        actions = ["sts:TagSession"] if self.tags else []
        return actions + (["sts:SetSourceIdentity"] if self.source_identity else [])

    @property
    def packed_size(self) -> int | None:
        """`PackedPolicySize` in per cent, None without policies and tags. Raises
        PackedPolicyTooLarge."""
        nothing: dict[str, list[str]] = {"policies": [], "policy_arns": []}
        return session_parameters.packed_size({**nothing, **self.policies, "tags": dict(self.tags)})


@dataclass(frozen=True, slots=True)
class Entry:
    """A role that may be assumed, as what, and for how many seconds."""

    role: Role
    wanted: Wanted
    seconds: int


@dataclass(frozen=True, slots=True)
class Minted:
    """The row, and STS's `Credentials` and `AssumedRoleUser` structures."""

    row: TemporarySession
    credentials: dict[str, Any]
    assumed: dict[str, str]


def require_duration(role: Role, seconds: int) -> None:
    """Raise ValidationError for more than the role's `MaxSessionDuration`."""
    if seconds > role.max_session_duration:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def session(
    role: Role,
    operation: str,
    seconds: int,
    facts: Facts,
    *,
    wanted: Wanted,
    provider: str,
    keys: Mapping[str, Value],
) -> Minted:
    """Credentials of `role` for `seconds` from now on.

    `provider` becomes `aws:FederatedProvider`, and `keys` (such as `saml:sub`) are the condition
    keys that stay in every request of the session.
    """
    limits: dict[str, Any] = dict(wanted.policies)
    row, credentials = tokens.issue(
        role,
        operation,
        seconds,
        facts,
        "",
        name=wanted.name,
        source_identity=wanted.source_identity,
        tags=dict(wanted.tags),
        transitive_keys=list(wanted.transitive_keys),
        federated_provider=provider,
        federated_keys=dict(keys),
        **limits,
    )
    assumed = {
        "AssumedRoleId": f"{role.unique_id}:{wanted.name}",
        "Arn": arns.sts(role.account_id, "assumed-role", f"{role.name}/{wanted.name}"),
    }
    return Minted(row, credentials, assumed)
