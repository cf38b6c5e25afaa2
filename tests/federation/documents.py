"""Metadata documents, certificates and private keys for tests, made in one line each."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
SAML2 = "urn:oasis:names:tc:SAML:2.0:protocol"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
IDP = "https://idp.example.com/saml"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PADDING = f"<!-- {'padding ' * 100} -->"


@cache
def private_key(kind: str = "rsa") -> Any:
    """One key of a kind for the whole run: `rsa`, `rsa1024`, `ec`, `ed25519`."""
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa") or 2048))


def pem(kind: str = "rsa", *, form: str = "PKCS8", password: bytes | None = None) -> str:
    """A private key as an operator has it in a file."""
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    key = private_key(kind)
    return str(key.private_bytes(Encoding.PEM, getattr(PrivateFormat, form), encryption).decode())


def weak_key() -> Any:
    """A public RSA key of 1,023 bits, to which there is no private one."""
    return rsa.RSAPublicNumbers(65537, (1 << 1022) + 12345).public_key()


@cache
def certificate(number: int = 0, *, kind: str = "ec", days: int = 365, modulus: int = 0) -> bytes:
    """A self-signed certificate in DER; another number is another certificate.

    One about an RSA key of a given modulus is signed by another.
    """
    public = weak_key() if kind == "weak" else None
    if modulus:
        public = rsa.RSAPublicNumbers(65537, modulus).public_key()
    key = private_key("ec" if public else kind)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"idp{number}.example.com")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public or key.public_key())
        .serial_number(number + 1)
        .not_valid_before(NOW - timedelta(days=1000))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(key, None if kind == "ed25519" else hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def key_descriptor(der: bytes | str, use: str = "signing") -> str:
    """A KeyDescriptor; a text stands in it as it is."""
    text = der if isinstance(der, str) else base64.b64encode(der).decode()
    told = f' use="{use}"' if use else ""
    return (
        f'<KeyDescriptor{told}><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>'
        f"{text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
    )


def role(
    *keys: str,
    protocols: str = SAML2,
    location: str = f"{IDP}/sso",
    extra: str = "",
    more: str = "",
) -> str:
    """An IDPSSODescriptor with one key unless others are given, and one place to sign on."""
    return (
        f'<IDPSSODescriptor protocolSupportEnumeration="{protocols}"{more}>'
        f"{''.join(keys) or key_descriptor(certificate())}"
        f'{extra}<SingleSignOnService Binding="{REDIRECT}" Location="{location}"/>'
        "</IDPSSODescriptor>"
    )


def entity(*roles: str, entity_id: str = IDP, more: str = "") -> str:
    """An EntityDescriptor, without padding to IAM's thousand characters."""
    inside = "".join(roles) or role()
    return (
        f'<EntityDescriptor xmlns="{MD}" entityID="{entity_id}"{more}>{inside}</EntityDescriptor>'
    )


def entities(*inside: str, more: str = "") -> str:
    return f'<EntitiesDescriptor xmlns="{MD}"{more}>{"".join(inside)}</EntitiesDescriptor>'


def metadata(**given: Any) -> str:
    """A document of the length that IAM asks for."""
    return PADDING + entity(**given)
