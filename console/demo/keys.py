"""The keys that the demonstrations sign with: made at first use, sealed, never outside."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from django.utils import timezone
from joserfc.jwk import RSAKey

from console.models import DemoKey
from identity import vault

DIRECTORY, OPENID = "directory", "openid"

_BITS = 2048
_VALID = timedelta(days=3650)


def key(name: str) -> tuple[rsa.RSAPrivateKey, str]:
    """The private key of that name and its certificate in PEM."""
    row = DemoKey.objects.filter(pk=name).first() or _made(name)
    private = load_pem_private_key(vault.unseal(row.sealed_key, row.purpose), password=None)
    assert isinstance(private, rsa.RSAPrivateKey)  # as `_made` makes them
    return private, row.certificate


def forget(name: str) -> None:
    """Nobody trusts it any more; a scenario without a key has none to forget."""
    DemoKey.objects.filter(pk=name).delete()


def jwk() -> RSAKey:
    """What the OpenID provider signs with."""
    private, _certificate = key(OPENID)
    return RSAKey(private, private)


def key_set() -> dict[str, Any]:
    """Its public half as a JSON Web Key Set (RFC 7517)."""
    signing = jwk()
    public = dict(signing.as_dict(private=False))
    return {"keys": [{**public, "kid": signing.thumbprint(), "use": "sig", "alg": "RS256"}]}


def _made(name: str) -> DemoKey:
    """Of two that are made at once the first one stays."""
    private, row = _new(), DemoKey(name=name)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return DemoKey.objects.get_or_create(
        name=name,
        defaults={
            "sealed_key": vault.seal(pem, row.purpose),
            "certificate": _certificate(name, private),
        },
    )[0]


def _new() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS)


@lru_cache(maxsize=1)
def stranger() -> tuple[rsa.RSAPrivateKey, str]:
    """A key that no metadata names, for the fault of a foreign signature."""
    private = _new()
    return private, _certificate("stranger", private)


def _certificate(name: str, private: rsa.RSAPrivateKey) -> str:
    now = timezone.now()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"demonstration {name}")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()
