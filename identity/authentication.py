"""Who signed this request? Access keys and temporary credentials behind Signature Version 4."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from identity import tokens, transactions, vault
from identity.callers import Caller, Session
from identity.errors import ExpiredToken, InvalidClientTokenId, SignatureDoesNotMatch
from identity.models import AccessKey, Role, TemporarySession
from identity.wire import sigv4
from identity.wire.sigv4 import Signed, Wire

_INVALID_KEY = "The security token included in the request is invalid."
_INVALID_TOKEN = "The security token included in the request is invalid"
_EXPIRED = "The security token included in the request is expired"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)
# Stands in for the secret of a key that is not there, so that both answers take the same work.
_NO_SECRET = "0" * 40


@dataclass(frozen=True, slots=True)
class _Credential:
    caller: Caller
    secret: str
    key: AccessKey | None = None
    role: Role | None = None


def caller_of(wire: Wire, service: str, source_ip: str = "") -> tuple[Caller, Signed]:
    """The caller of a signed request and what the signature said.

    Checks in AWS's order: form, clock, scope, token, key, signature. Raises the errors of SigV4
    (IncompleteSignature, SignatureDoesNotMatch, InvalidClientTokenId, ExpiredToken).
    """
    signed = sigv4.read(wire)
    sigv4.check_clock(signed, timezone.now())
    sigv4.check_scope(signed, service, settings.REGIONS if service == "iam" else None)
    credential = _credential(signed)
    matches = sigv4.matches(wire, signed, credential.secret if credential else _NO_SECRET)
    if credential is None:
        raise InvalidClientTokenId(_INVALID_KEY)
    if not matches:
        raise SignatureDoesNotMatch(_MISMATCH)
    _remember(credential, signed, source_ip)
    return credential.caller, signed


def _remember(credential: _Credential, signed: Signed, source_ip: str) -> None:
    """When, where and for what a key or role was used. It queues for the database as changes do:
    alone it would wait for them longer than they for each other."""
    now, key, role = timezone.now(), credential.key, credential.role
    if key and not key.is_remembered(now):
        with transactions.transient():
            key.used(now, signed.service, signed.region, source_ip)
    if role and not role.is_remembered(now):
        with transactions.transient():
            role.used(now, signed.region)


def _credential(signed: Signed) -> _Credential | None:
    if signed.access_key_id.startswith("ASIA"):
        return _temporary(signed)
    if signed.session_token:
        raise InvalidClientTokenId(_INVALID_TOKEN)
    return _long_term(signed)


def _long_term(signed: Signed) -> _Credential | None:
    key = AccessKey.signing(signed.access_key_id)
    if key is None or not key.active:
        return None
    secret = vault.unseal(key.sealed_secret, f"access_key:{key.pk}").decode()
    return _Credential(Caller(key.user, access_key_id=key.pk), secret, key)


def _temporary(signed: Signed) -> _Credential:
    row = TemporarySession.signing(signed.access_key_id)
    given = tokens.hashed(signed.session_token or "")
    if not hmac.compare_digest(row.token_hash if row else "", given) or row is None:
        raise InvalidClientTokenId(_INVALID_TOKEN)
    caller = acting_as(row)
    if timezone.now() >= row.expires_at:
        raise ExpiredToken(_EXPIRED, caller)
    return _Credential(
        caller,
        vault.unseal(row.sealed_secret, f"temporary_session:{row.pk}").decode(),
        role=row.role,
    )


def acting_as(row: TemporarySession) -> Caller:
    """Who acts with these credentials: their principal, and what the session adds."""
    session = Session(
        row.operation,
        row.issued_at,
        row.expires_at,
        row.mfa_at,
        row.name,
        row.tags,
        tuple(row.transitive_keys),
        row.source_identity,
        tuple(row.policies),
        tuple(row.policy_arns),
        federated_provider=row.federated_provider,
        federated_keys=_values(row.federated_keys),
    )
    return Caller(row.principal, access_key_id=row.pk, session=session)


def _values(kept: dict[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """JSON has lists where the keys of a request have tuples."""
    return {key: tuple(one) if isinstance(one, list) else one for key, one in kept.items()}
