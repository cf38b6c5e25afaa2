"""Keys, key sets and tokens for tests, good ones and any other."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from tests.certificates import rsa_key

ISSUER = "https://idp.example.test/tenant"
CLIENT = "photo-app"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())

# Of the points of each curve (FIPS 186-4, appendix D.1.2).
ORDERS = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
    "P-521": int(
        "1" + "F" * 64 + "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16
    ),
}


@cache
def rsa(number: int = 0) -> RSAKey:
    return RSAKey.import_key(rsa_key(number=number))


@cache
def ec(curve: str = "P-256") -> ECKey:
    return ECKey.generate_key(curve)


def public(key: RSAKey | ECKey, kid: str = "one", **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid, **more}


def key_set(*members: Any) -> str:
    return json.dumps({"keys": list(members) or [public(rsa())]})


def claims(**more: Any) -> dict[str, Any]:
    given = {
        "iss": ISSUER,
        "sub": "mei-1234",
        "aud": CLIENT,
        "iat": SECOND,
        "exp": SECOND + 600,
        **more,
    }
    return {name: value for name, value in given.items() if value is not ...}


def encoded(data: bytes | str) -> str:
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(
    payload: dict[str, Any] | str | None = None,
    header: dict[str, Any] | str | None = None,
    key: RSAKey | ECKey | None = None,
    alg: str = "RS256",
) -> str:
    """Signed with `alg`, whatever the header says."""
    head = {"alg": alg, "kid": "one", "typ": "JWT"} if header is None else header
    body = claims() if payload is None else payload
    parts = [encoded(one if isinstance(one, str) else json.dumps(one)) for one in (head, body)]
    data = ".".join(parts)
    model = jws.JWSRegistry.algorithms[alg]
    return f"{data}.{encoded(model.sign(data.encode(), key or rsa()))}"
