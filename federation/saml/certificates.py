"""Certificates in metadata: containers of a public key. Nothing of their chain or dates is trusted.

RFC 5280; IAM takes RSA keys from 1,024 bits.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.utils import CryptographyDeprecationWarning

from federation import weak_keys

LONGEST = 32_768
LEAST_RSA_BITS, MOST_RSA_BITS = 1024, 16_384
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class CertificateError(ValueError):
    """Not a certificate with a key that signatures can be verified with; the text says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it was read. `der` alone counts for equality with the key inside.

    The dates are for people to see: a provider signs with an expired certificate all the same.
    """

    der: bytes
    subject: str
    key: str
    not_before: datetime
    not_after: datetime

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the whole certificate, in hexadecimal digits."""
        return hashlib.sha256(self.der).hexdigest()

    def expired(self, at: datetime) -> bool:
        return at > self.not_after


def read(der: bytes) -> Certificate:
    """The certificate in DER. Raises CertificateError, also for extensions given twice."""
    if len(der) > LONGEST:
        raise CertificateError("it is too long")
    try:
        with warnings.catch_warnings():
            # Old products write odd serial numbers and versions; the key is what counts.
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            return _certificate(der, x509.load_der_x509_certificate(der))
    except CertificateError:
        raise
    # The library has many ways to refuse; each is a ValueError or one of these.
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as problem:
        raise CertificateError("it is not a well-formed certificate") from problem


def _certificate(der: bytes, found: x509.Certificate) -> Certificate:
    list(found.extensions)  # read for their faults: two of one kind are refused
    return Certificate(
        der=der,
        subject=found.subject.rfc4514_string(),
        key=_key(found),
        not_before=found.not_valid_before_utc.astimezone(UTC),
        not_after=found.not_valid_after_utc.astimezone(UTC),
    )


def _key(found: x509.Certificate) -> str:
    """`RSA 2048` or `EC secp256r1`."""
    key = found.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
            raise CertificateError(
                f"its RSA key has {key.key_size} bits, not {LEAST_RSA_BITS} to {MOST_RSA_BITS}"
            )
        if weak_keys.easily_factored(key.public_numbers().n):
            raise CertificateError("its RSA key can be factored by anybody (CVE-2017-15361)")
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return f"EC {key.curve.name}"
    raise CertificateError("its key is neither RSA nor of a NIST curve")
