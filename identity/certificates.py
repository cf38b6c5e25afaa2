"""X.509 certificates in PEM (RFC 7468), read strictly: what is kept is what was checked.

Text between the blocks is refused: it would be handed out again with the certificate, unseen. So
are RSA keys of under 2,048 bits (NIST SP 800-131A), which AWS still takes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from identity.errors import InvalidCertificate, KeyPairMismatch, MalformedCertificate

_BASE64_LINES = r"[A-Za-z0-9+/=\s]+"
_CERTIFICATES = re.compile(
    rf"\s*(?:-----BEGIN CERTIFICATE-----{_BASE64_LINES}-----END CERTIFICATE-----\s*)+", re.ASCII
)
_PRIVATE_KEY = re.compile(
    rf"\s*-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----{_BASE64_LINES}-----END \1-----\s*", re.ASCII
)
_SMALLEST_RSA, _LARGEST_RSA = 2048, 4096
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

_NOT_PEM = "Unable to parse certificate. Please ensure the certificate is in PEM format."
_WEAK = "The certificate's key must be RSA with 2048 to 4096 bits, or EC on P-256, P-384 or P-521."
_EXPIRED = (
    "Certificate is no longer valid. "
    "The 'Not After' date restriction on the certificate has passed."
)
_NOT_YET = (
    "Certificate is not yet valid. "
    "The 'Not Before' date restriction on the certificate has not passed."
)
_NO_CHAIN = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate "
    "signing certificate, followed by any intermediaries in order. "
    "The index within the chain of the invalid certificate is: {}"
)
_NOT_A_KEY = "Invalid Private Key."
_ENCRYPTED = "The private key is encrypted. It must be uploaded without a password."
_NO_PAIR = "The public key certificate and the private key do not match."


def signing_certificate(pem: str, at: datetime) -> x509.Certificate:
    """The one certificate in the text.

    Raises MalformedCertificate for what is not one or has a weak key, and InvalidCertificate when
    it is not valid at that moment.
    """
    certificate = _one(pem)
    problem = _out_of_time(certificate, at)
    if problem:
        raise InvalidCertificate(problem)
    return certificate


def certificate_id(certificate: x509.Certificate) -> str:
    """The 32 characters that AWS makes of it: base32 of the SHA-1 of its DER form."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    digest = hashlib.sha1(der, usedforsecurity=False).digest()
    return base64.b32encode(digest).decode()


def server_certificate(body: str, private_key: str, chain: str, at: datetime) -> datetime:
    """Check a certificate with its private key and, unless empty, its chain; when it expires.

    Raises MalformedCertificate and KeyPairMismatch. The chain is checked for its order and
    signatures, not for whom anybody trusts.
    """
    certificate = _one(body)
    problem = _out_of_time(certificate, at)
    if problem:
        raise MalformedCertificate(problem)
    _require_pair(certificate, private_key)
    if chain:
        _require_order([certificate, *_all(chain)])
    return certificate.not_valid_after_utc


def _one(pem: str) -> x509.Certificate:
    found = _all(pem)
    if len(found) != 1:
        raise MalformedCertificate(_NOT_PEM)
    if not _is_strong(found[0]):
        raise MalformedCertificate(_WEAK)
    return found[0]


def _all(pem: str) -> list[x509.Certificate]:
    if not _CERTIFICATES.fullmatch(pem):
        raise MalformedCertificate(_NOT_PEM)
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError as problem:
        raise MalformedCertificate(_NOT_PEM) from problem


def _is_strong(certificate: x509.Certificate) -> bool:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return _SMALLEST_RSA <= key.key_size <= _LARGEST_RSA
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)


def _out_of_time(certificate: x509.Certificate, at: datetime) -> str:
    """Why it is not valid at that moment; empty when it is."""
    if at > certificate.not_valid_after_utc:
        return _EXPIRED
    return _NOT_YET if at < certificate.not_valid_before_utc else ""


def _require_pair(certificate: x509.Certificate, pem: str) -> None:
    """The private key must be whole, and that of the certificate.

    Whether its primes are primes is tested last, when no number in it is longer than the
    certificate's key: of longer ones, made for it, that test takes minutes.
    """
    if not _PRIVATE_KEY.fullmatch(pem):
        raise MalformedCertificate(_ENCRYPTED if "ENCRYPTED" in pem else _NOT_A_KEY)
    try:
        key = serialization.load_pem_private_key(
            pem.encode(), None, unsafe_skip_rsa_key_validation=True
        )
        if key.public_key() != certificate.public_key():
            raise KeyPairMismatch(_NO_PAIR)
        if isinstance(key, rsa.RSAPrivateKey):
            _require_bounded(key.private_numbers())
            serialization.load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise MalformedCertificate(_NOT_A_KEY) from problem


def _require_bounded(numbers: rsa.RSAPrivateNumbers) -> None:
    """Raise ValueError for parts that do not make up the modulus, or are longer than it."""
    modulus = numbers.public_numbers.n
    parts = (numbers.d, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    if numbers.p * numbers.q != modulus or max(parts) >= modulus:
        raise ValueError("the parts of the key are not those of its modulus")


def _require_order(chain: list[x509.Certificate]) -> None:
    """Each must be signed by the next; the server's own is at index -1."""
    for index, (issued, issuer) in enumerate(pairwise(chain), start=-1):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as problem:
            raise MalformedCertificate(_NO_CHAIN.format(index)) from problem
