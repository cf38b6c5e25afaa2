"""Secrets at rest: AES-256-GCM under one of several keys, bound to the row they belong to.

A sealed value is one byte of key number, a 12-byte random nonce, then cipher text and tag
(NIST SP 800-38D). The purpose is authenticated with it: a value moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from identity.files import private_file, replace_private_file

_NONCE = 12
_HIGHEST = 255  # the number is one byte of every sealed value


class CannotOpenError(Exception):
    """The key is missing, or the value is not what was sealed for this purpose."""


def seal(secret: bytes, purpose: str) -> bytes:
    """Seal under the newest key. `purpose` names table and row, such as `access_key:AKIA…`."""
    number, key = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    return bytes([number]) + nonce + key.encrypt(nonce, secret, purpose.encode())


def unseal(sealed: bytes | memoryview, purpose: str) -> bytes:
    """What was sealed for this purpose. Raises CannotOpenError."""
    sealed = bytes(sealed)
    key = _keys().get(sealed[0]) if sealed else None
    if key is None:
        raise CannotOpenError("no vault key with this number")
    try:
        return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], purpose.encode())
    except (InvalidTag, ValueError) as problem:  # ValueError: too short to hold a nonce
        raise CannotOpenError("the sealed value was changed or moved") from problem


def is_current(sealed: bytes) -> bool:
    """Whether the newest key sealed this value (rotation re-seals the others)."""
    return bytes(sealed)[0] == next(iter(_keys()))


def numbers() -> list[int]:
    """The numbers of the keys that are there, newest first."""
    return list(_keys())


def number_of(sealed: bytes) -> int:
    """Which key sealed this value."""
    return bytes(sealed)[0]


def new_key_text(number: int) -> str:
    """A fresh key as it stands in the file or the environment: `NUMBER:BASE64`."""
    return f"{number}:{base64.b64encode(os.urandom(32)).decode()}"


def next_number() -> int:
    """A number no key has: one above the highest, or the lowest free one after 255."""
    taken = numbers()
    above = max(taken) + 1
    return above if above <= _HIGHEST else min(set(range(1, _HIGHEST + 1)) - set(taken))


def add_key() -> int:
    """Put a fresh key in front of the file's; every process seals with it from now on."""
    number = next_number()
    replace_private_file(settings.VAULT_FILE, "\n".join([new_key_text(number), *_lines()]))
    return number


def drop_key(number: int) -> None:
    """Take a key out of the file. What it sealed can never be opened again: look first."""
    kept = [line for line in _lines() if _read(line)[0] != number]
    replace_private_file(settings.VAULT_FILE, "\n".join(kept))


def _keys() -> dict[int, AESGCM]:
    """Newest first; from BARTIZAN_VAULT_KEYS, else from the file made at the first start.

    The file is read again when it was replaced, so that a rotation reaches running processes.
    """
    if settings.VAULT_KEYS:
        return _parsed(settings.VAULT_KEYS, 0)
    try:
        stamp = os.stat(settings.VAULT_FILE)
    except FileNotFoundError:
        private_file(settings.VAULT_FILE, new_key_text(1))
        stamp = os.stat(settings.VAULT_FILE)
    return _parsed(str(settings.VAULT_FILE), hash((stamp.st_ino, stamp.st_mtime_ns)))


@lru_cache(maxsize=4)
def _parsed(source: str, stamp: int) -> dict[int, AESGCM]:
    text = source if source == settings.VAULT_KEYS else private_file(settings.VAULT_FILE)
    return {number: AESGCM(key) for number, key in map(_read, text.replace("\n", ",").split(","))}


def _lines() -> list[str]:
    return private_file(settings.VAULT_FILE).split()


def _read(text: str) -> tuple[int, bytes]:
    number, _, key = text.strip().partition(":")
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error:
        raw = b""
    if not number.isdigit() or not 1 <= int(number) <= _HIGHEST or len(raw) != 32:
        raise ImproperlyConfigured("a vault key must read `NUMBER:BASE64 of 32 bytes`")
    return int(number), raw
