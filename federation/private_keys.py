"""Private keys for encrypted assertions: checked when they come, sealed where they stay."""

from __future__ import annotations

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from federation.models import SamlPrivateKey, SamlProvider
from identity import identifiers, vault
from identity.errors import InvalidInput

LEAST_RSA_BITS = 1024
LONGEST = 3_600
"""Characters of PEM: RSA with 4,096 bits. To check a key of twice that takes eight seconds."""


def check(pem: str) -> None:
    """Raise InvalidInput for what is no unencrypted RSA or EC key in PEM (PKCS #1, #8 or SEC 1)."""
    if len(pem) > LONGEST:
        raise _refused("it is longer than an RSA key of 4096 bits")
    try:
        key = load_pem_private_key(pem.encode("latin-1"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:  # TypeError: it has a password
        raise _refused("it is not an unencrypted private key in PEM") from problem
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise _refused(f"its {key.key_size} bits are less than {LEAST_RSA_BITS}")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise _refused("it is neither RSA nor EC")


def add(provider: SamlProvider, pem: str) -> SamlPrivateKey:
    """Seal and keep a key that was checked."""
    key = SamlPrivateKey(provider=provider, key_id=identifiers.unique_id("SAMLPK"))
    key.sealed_key = vault.seal(pem.encode("latin-1"), key.purpose)
    key.save(force_insert=True)
    return key


def pem_of(key: SamlPrivateKey) -> bytes:
    """The key itself, to decrypt with. Raises CannotOpenError."""
    return vault.unseal(key.sealed_key, key.purpose)


def _refused(reason: str) -> InvalidInput:
    return InvalidInput(f"Failed to add private key: {reason}.")
