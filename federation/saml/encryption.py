"""Encrypted assertions: XML Encryption with RSA-OAEP and AES, and one answer to all that fails.

Key transport by PKCS #1 v1.5 is never taken: it tells too much by failing. What is decrypted is
not believed for it, since everybody has our public key; only its signature counts.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from federation.checks import Log, Reason
from federation.saml import xmlsafe
from federation.saml.signature import DS
from federation.saml.xmlsafe import Element, XmlError

LONGEST = 262_144
XENC = "{http://www.w3.org/2001/04/xmlenc#}"
_URI = XENC[1:-1]
_XENC11 = "http://www.w3.org/2009/xmlenc11#"
_GCM = {f"{_XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
_CBC = {f"{_URI}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
_BLOCK = 16
_OAEP = (f"{_URI}rsa-oaep-mgf1p", f"{_XENC11}rsa-oaep")
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1(),  # noqa: S303  # no signature: OAEP
    f"{_URI}sha256": hashes.SHA256(),
    f"{_URI}sha512": hashes.SHA512(),
}
_MASKS: dict[str, hashes.HashAlgorithm] = {
    f"{_XENC11}mgf1sha1": hashes.SHA1(),  # noqa: S303  # as above
    f"{_XENC11}mgf1sha256": hashes.SHA256(),
    f"{_XENC11}mgf1sha512": hashes.SHA512(),
}


class _FailedError(Exception):
    """Whatever it was; nobody is told."""


def decrypted(element: Element, keys: Sequence[rsa.RSAPrivateKey], log: Log) -> Element:
    """The element inside an EncryptedAssertion, opened with the first key that fits. Refused."""
    name = "Decryption of the assertion"
    found = next((one for one in (_opened(element, key) for key in keys) if one is not None), None)
    if found is not None:
        log.ok(name)
        return found
    remedy = "Encrypt with RSA-OAEP and AES-GCM for the certificate of our metadata."
    return log.refuse(Reason.ENC, name, "a key that is here", "not readable", remedy)


def _opened(element: Element, key: rsa.RSAPrivateKey) -> Element | None:
    """None whatever failed; neither answer nor time are to tell what it was (RFC 3447, 7.1.2)."""
    try:
        plain, fits = _plain(element, key)
        found = xmlsafe.parse(plain.decode(), longest=LONGEST)
    except (_FailedError, XmlError, UnicodeDecodeError):
        return None
    return found if fits else None


def _plain(element: Element, key: rsa.RSAPrivateKey) -> tuple[bytes, bool]:
    """What is inside, and whether it may be used: a key that does not fit goes on with another."""
    data = _only(element, f"{XENC}EncryptedData")
    transported = _only(element, f".//{XENC}EncryptedKey")
    method = _only(data, f"{XENC}EncryptionMethod").get("Algorithm", "")
    size, value = _GCM.get(method) or _CBC.get(method), _value(data)
    if size is None:
        raise _FailedError
    secret = _transported(transported, key)
    fits = len(secret) == size
    secret = secret if fits else os.urandom(size)
    if method in _CBC:
        plain, padded = _cbc(secret, value)
        return plain, padded and fits
    try:
        return AESGCM(secret).decrypt(value[:12], value[12:], None), fits
    except (InvalidTag, ValueError) as problem:
        raise _FailedError from problem


def _cbc(secret: bytes, value: bytes) -> tuple[bytes, bool]:
    """XML Encryption's padding: only its last byte is a number; whether it is one of those."""
    if len(value) < 2 * _BLOCK or len(value) % _BLOCK:
        raise _FailedError
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(value[:_BLOCK])).decryptor()
    plain = decryptor.update(value[_BLOCK:]) + decryptor.finalize()
    fits = 1 <= plain[-1] <= _BLOCK
    return (plain[: -plain[-1]] if fits else plain), fits


def _transported(element: Element, key: rsa.RSAPrivateKey) -> bytes:
    """The secret; nothing at all where this key does not open it."""
    method = _only(element, f"{XENC}EncryptionMethod")
    if method.get("Algorithm") not in _OAEP:
        raise _FailedError
    digest = method.find(f"{DS}DigestMethod")
    mask = method.find(f"{{{_XENC11}}}MGF")
    hashed = _HASHES.get(digest.get("Algorithm", "")) if digest is not None else hashes.SHA1()  # noqa: S303
    masked = _MASKS.get(mask.get("Algorithm", "")) if mask is not None else hashes.SHA1()  # noqa: S303
    if hashed is None or masked is None or method.find(f"{XENC}OAEPparams") is not None:
        raise _FailedError
    try:
        return key.decrypt(_value(element), padding.OAEP(padding.MGF1(masked), hashed, None))
    except ValueError:
        return b""


def _only(element: Element, path: str) -> Element:
    found = element.findall(path)
    if len(found) != 1:
        raise _FailedError
    return found[0]


def _value(element: Element) -> bytes:
    """The bytes themselves: never a reference to somewhere else."""
    cipher = _only(element, f"{XENC}CipherData")
    text = xmlsafe.text_of(_only(cipher, f"{XENC}CipherValue"))
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as problem:
        raise _FailedError from problem
