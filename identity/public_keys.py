"""SSH public keys: RSA, as an OpenSSH line (RFC 4253, section 6.6) or in PEM (RFC 7468)."""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)

from identity.errors import InvalidPublicKey, UnrecognizedPublicKeyEncoding

# A comment may follow the key, on the same line.
_LINE = re.compile(r"ssh-rsa [A-Za-z0-9+/]+={0,2}(?:[ \t][^\r\n]*)?")
_PEM = re.compile(
    r"-----BEGIN ((?:RSA )?PUBLIC KEY)-----[A-Za-z0-9+/=\s]+-----END \1-----", re.ASCII
)
_SMALLEST, _LARGEST = 2048, 16384


def openssh(text: str) -> str:
    """`ssh-rsa AAAA…` of a key in either encoding, without a comment.

    Raises UnrecognizedPublicKeyEncoding for other encodings and other kinds of OpenSSH keys, and
    InvalidPublicKey for what is no RSA key of 2,048 to 16,384 bits.
    """
    key = _read(text.strip())
    if not isinstance(key, RSAPublicKey) or not _SMALLEST <= key.key_size <= _LARGEST:
        raise InvalidPublicKey(
            f"The public key must be an RSA key of {_SMALLEST} to {_LARGEST} bits."
        )
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def pem(line: str) -> str:
    """The key of an OpenSSH line as a SubjectPublicKeyInfo in PEM."""
    key = load_ssh_public_key(line.encode())
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(line: str) -> str:
    """The MD5 of the key in the wire format, as `ssh-keygen -l -E md5` shows it (RFC 4716)."""
    blob = base64.b64decode(line.split(" ")[1])
    return hashlib.md5(blob, usedforsecurity=False).digest().hex(":")


def _read(text: str) -> object:
    try:
        if _LINE.fullmatch(text):
            return load_ssh_public_key(text.encode())
        if _PEM.fullmatch(text):
            return load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise InvalidPublicKey("The public key is malformed or otherwise invalid.") from problem
    raise UnrecognizedPublicKeyEncoding(
        "The public key encoding format is unsupported or unrecognized: "
        "it must be an ssh-rsa line or PEM."
    )
