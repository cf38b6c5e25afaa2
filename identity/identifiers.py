"""Random names: account IDs, unique IDs, access key IDs and secrets, in AWS's formats."""

from __future__ import annotations

import secrets
from functools import cache

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+"
_LETTERS_AND_DIGITS = _BASE64[:62]


def _draw(alphabet: str, length: int) -> str:
    """Every character with the same chance: bytes that would favour some of them are dropped.

    In one request for randomness, where `secrets.choice` would make one for each character.
    """
    characters, unfair = _tables(alphabet)
    drawn = b""
    while len(drawn) < length:
        drawn += secrets.token_bytes(length + length // 8).translate(characters, unfair)
    return drawn[:length].decode()


@cache
def _tables(alphabet: str) -> tuple[bytes, bytes]:
    """The character that each byte stands for, and the bytes that are dropped."""
    fair = 256 - 256 % len(alphabet)
    characters = bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))
    return characters, bytes(range(fair, 256))


def account_id() -> str:
    """Twelve decimal digits; the first is never 0, so that no tool shortens it to a number."""
    return _draw("123456789", 1) + _draw("0123456789", 11)


def unique_id(prefix: str) -> str:
    """A 21-character unique ID such as `AIDA…`; never given twice, not even for the same name."""
    return prefix + _draw(_BASE32, 17)


def access_key_id(prefix: str = "AKIA") -> str:
    """A 20-character access key ID: `AKIA…` for long-term keys, `ASIA…` for temporary ones."""
    return prefix + _draw(_BASE32, 16)


def secret_access_key() -> str:
    """Forty characters (240 bits); the first is a letter or digit, safe in a spreadsheet cell."""
    return _draw(_LETTERS_AND_DIGITS, 1) + _draw(_BASE64, 39)


def session_token(size: int = 256) -> str:
    """An opaque session token of so many characters; only its hash is stored."""
    return _draw(_LETTERS_AND_DIGITS, size)
