"""Temporary credentials: minted here for every STS operation, kept as rows."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from identity import identifiers, vault
from identity.facts import Facts
from identity.models import TemporarySession, User
from identity.models.user import whole_seconds


def mint(
    user: User,
    operation: str,
    duration: int,
    mfa_at: datetime | None,
    facts: Facts,
    issuer_key_id: str,
) -> dict[str, Any]:
    """New credentials of `user` for `duration` seconds: STS's `Credentials` structure.

    The token and the secret are in the answer only: the row keeps the one's hash and the other
    sealed. `mfa_at` is when a second factor was proven, `issuer_key_id` the key that asked.
    """
    key_id, secret = identifiers.access_key_id("ASIA"), identifiers.secret_access_key()
    token = identifiers.session_token()
    issued = whole_seconds(facts.at)
    session = TemporarySession.objects.create(
        id=key_id,
        user=user,
        operation=operation,
        sealed_secret=vault.seal(secret.encode(), f"temporary_session:{key_id}"),
        token_hash=hashed(token),
        issued_at=issued,
        expires_at=issued + timedelta(seconds=duration),
        mfa_at=mfa_at,
        issuer_key_id=issuer_key_id,
        source_ip=facts.source_ip,
    )
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": session.expires_at,
    }


def hashed(token: str) -> str:
    """What is stored of a session token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
