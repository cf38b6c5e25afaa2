"""Temporary credentials: minted here for every STS operation, kept as rows."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from identity import identifiers, vault
from identity.facts import Facts
from identity.models import Role, TemporarySession, User
from identity.models.prepared_writes import new
from identity.models.user import whole_seconds

_TOKEN_SIZE = 256


def mint(
    principal: User | Role,
    operation: str,
    duration: int,
    facts: Facts,
    issuer_key_id: str,
    **more: Any,
) -> dict[str, Any]:
    """As `issue`; STS's `Credentials` structure alone."""
    return issue(principal, operation, duration, facts, issuer_key_id, **more)[1]


def issue(
    principal: User | Role,
    operation: str,
    duration: int,
    facts: Facts,
    issuer_key_id: str,
    *,
    token_size: int = 0,
    **session: Any,
) -> tuple[TemporarySession, dict[str, Any]]:
    """New credentials of `principal` for `duration` seconds: the row, and STS's `Credentials`.

    The token and the secret are in the answer only: the row keeps the one's hash and the other
    sealed. `issuer_key_id` is the key that asked; the token has at least `token_size` characters;
    `session` are further columns of the row, such as `mfa_at`, when a second factor was proven.
    """
    key_id, secret = identifiers.access_key_id("ASIA"), identifiers.secret_access_key()
    token = identifiers.session_token(max(_TOKEN_SIZE, token_size))
    issued = whole_seconds(facts.at)
    kind = "role" if isinstance(principal, Role) else "user"
    row = new(
        TemporarySession,
        id=key_id,
        account_id=principal.account_id,
        operation=operation,
        sealed_secret=vault.seal(secret.encode(), f"temporary_session:{key_id}"),
        token_hash=hashed(token),
        issued_at=issued,
        expires_at=issued + timedelta(seconds=duration),
        issuer_key_id=issuer_key_id,
        source_ip=facts.source_ip,
        **{kind: principal},
        **session,
    )
    row.insert()
    return row, _credentials(row, secret, token)


def _credentials(row: TemporarySession, secret: str, token: str) -> dict[str, Any]:
    return {
        "AccessKeyId": row.pk,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": row.expires_at,
    }


def extended(row: TemporarySession, seconds: int, facts: Facts) -> TemporarySession:
    """The same session for a console, from now on for `seconds`, whatever becomes of `row`.

    Nobody has its secret or token: it signs nothing. When it was issued stays, so that a policy
    that revokes older sessions ends this one with them.
    """
    copy = TemporarySession.objects.get(pk=row.pk)
    copy.pk, copy.issuer_key_id = identifiers.access_key_id("ASIA"), row.pk
    secret = identifiers.secret_access_key().encode()
    copy.sealed_secret = vault.seal(secret, f"temporary_session:{copy.pk}")
    copy.token_hash = hashed(identifiers.session_token(_TOKEN_SIZE))
    copy.expires_at = whole_seconds(facts.at) + timedelta(seconds=seconds)
    copy.save(force_insert=True)
    return copy


def hashed(token: str) -> str:
    """What is stored of a session token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
