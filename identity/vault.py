"""Secrets at rest: AES-256-GCM under one of several keys, bound to the row they belong to.

A sealed value is one byte of key number, a 12-byte random nonce, then cipher text and tag
(NIST SP 800-38D). The purpose is authenticated with it: a value moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from identity.files import private_file

_NONCE = 12


class CannotOpenError(Exception):
    """The key is missing, or the value is not what was sealed for this purpose."""


def seal(secret: bytes, purpose: str) -> bytes:
    """Seal under the newest key. `purpose` names table and row, such as `access_key:AKIA…`."""
    number, key = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    return bytes([number]) + nonce + key.encrypt(nonce, secret, purpose.encode())


def unseal(sealed: bytes, purpose: str) -> bytes:
    """What was sealed for this purpose. Raises CannotOpenError."""
    sealed = bytes(sealed)
    key = _keys().get(sealed[0]) if sealed else None
    if key is None:
        raise CannotOpenError("no vault key with this number")
    try:
        return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], purpose.encode())
    except InvalidTag as problem:
        raise CannotOpenError("the sealed value was changed or moved") from problem


def is_current(sealed: bytes) -> bool:
    """Whether the newest key sealed this value (rotation re-seals the others)."""
    return bytes(sealed)[0] == next(iter(_keys()))


def new_key_text(number: int) -> str:
    """A fresh key as it stands in the file or the environment: `NUMBER:BASE64`."""
    return f"{number}:{base64.b64encode(os.urandom(32)).decode()}"


@cache
def _keys() -> dict[int, AESGCM]:
    """Newest first; from BARTIZAN_VAULT_KEYS, else from the file made at the first start."""
    text = settings.VAULT_KEYS or private_file(settings.VAULT_FILE, new_key_text(1))
    return {number: AESGCM(key) for number, key in map(_read, text.replace("\n", ",").split(","))}


def _read(text: str) -> tuple[int, bytes]:
    number, _, key = text.strip().partition(":")
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        raw = b""
    if not number.isdigit() or not 1 <= int(number) <= 255 or len(raw) != 32:
        raise ImproperlyConfigured("a vault key must read `NUMBER:BASE64 of 32 bytes`")
    return int(number), raw


def forget_keys() -> None:
    """Read the keys again at the next use (rotation adds one while the process runs)."""
    _keys.cache_clear()
