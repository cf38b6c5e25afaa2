"""A provider's JSON Web Key Set becomes keys that may verify (RFC 7517, RFC 7518 section 6).

A key that is not usable is left out, so that others of the set stay; a set that cannot be read is
refused as a whole.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from federation import weak_keys
from federation.oidc import strict

MOST_BYTES = 524_288
MOST_OF_A_KIND = 100
_FEWEST_BITS, _MOST_BITS, _LOWEST_EXPONENT = 2048, 8192, 65_537
_RSA = frozenset({"RS256", "RS384", "RS512"})
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
ALGORITHMS = _RSA | frozenset(_CURVES.values())


class KeysError(ValueError):
    """The document is no key set; the text says why."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key, its `kid` or "", and the algorithms that it may be used with."""

    kid: str
    algorithms: frozenset[str]
    key: RSAKey | ECKey

    @property
    def names(self) -> list[str]:
        """The algorithms, for people."""
        return sorted(self.algorithms)


def read(text: str) -> tuple[VerificationKey, ...]:
    """The usable keys of a set. Raises KeysError for what is no set, or has none or too many."""
    if len(text) > MOST_BYTES:
        raise KeysError(f"more than {MOST_BYTES} characters")
    try:
        document = strict.read(text)
    except ValueError as problem:
        raise KeysError(f"no plain JSON: {problem}") from problem
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list):
        raise KeysError("no member `keys` with a list")
    for kind in ("RSA", "EC"):
        if sum(_kind(one) == kind for one in members) > MOST_OF_A_KIND:
            raise KeysError(f"more than {MOST_OF_A_KIND} {kind} keys")
    found = tuple(key for key in map(_usable, members) if key is not None)
    if not found:
        raise KeysError("no key that can verify a signature")
    return found


def _kind(member: object) -> object:
    return member.get("kty") if isinstance(member, dict) else None


def _usable(member: object) -> VerificationKey | None:
    """None for a key of another kind or use, a weak one, or one that is not sound.

    As AWS does, one with `key_ops` is not used at all.
    """
    if not isinstance(member, dict) or member.get("use", "sig") != "sig" or "key_ops" in member:
        return None
    kid = member.get("kid", "")
    if not isinstance(kid, str) or member.get("kty") not in ("RSA", "EC"):
        return None
    try:
        key, algorithms = _rsa(member) if member["kty"] == "RSA" else _ec(member)
        sound = _fits_certificate(member, key)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    if "alg" in member:
        algorithms &= frozenset([str(member["alg"])])
    return VerificationKey(kid, algorithms, key) if sound and algorithms else None


def _rsa(member: Mapping[str, Any]) -> tuple[RSAKey | ECKey, frozenset[str]]:
    n, e = (int.from_bytes(strict.decoded(member[name])) for name in ("n", "e"))
    if not _FEWEST_BITS <= n.bit_length() <= _MOST_BITS or n % 2 == 0:
        raise ValueError("size of the modulus")
    if not _LOWEST_EXPONENT <= e < 2**64 or e % 2 == 0:
        raise ValueError("exponent")
    if weak_keys.easily_factored(n):
        raise ValueError("a modulus that anybody can factor")
    key = RSAKey.import_key({name: member[name] for name in ("kty", "n", "e")})
    return key, _RSA


def _ec(member: Mapping[str, Any]) -> tuple[RSAKey | ECKey, frozenset[str]]:
    """Cryptography refuses a point that is not on the curve."""
    key = ECKey.import_key({name: member[name] for name in ("kty", "crv", "x", "y")})
    return key, frozenset({_CURVES[member["crv"]]})


def _fits_certificate(member: Mapping[str, Any], key: RSAKey | ECKey) -> bool:
    """Whether `x5c`, where it is given, is about this very key (RFC 7517 section 4.7)."""
    if "x5c" not in member:
        return True
    try:
        der = base64.b64decode(member["x5c"][0], validate=True)
        inside = x509.load_der_x509_certificate(der).public_key()
    except (binascii.Error, IndexError) as problem:
        raise ValueError("x5c") from problem
    if not isinstance(inside, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    return inside.public_numbers() == key.public_key.public_numbers()
