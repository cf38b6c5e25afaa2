"""Recovery codes: ten that stand in for a lost device, each works once.

A code is 20 characters of Crockford's base 32: four find the row, sixteen (80 bits) are secret.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from identity.models import RecoveryCode, User

CODES = 10

Drawn = tuple[list[str], list[RecoveryCode]]
"""Codes to show once, and the rows to keep of them."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SELECTOR = 4
_LENGTH = 20
# What people type for a digit that looks alike (Crockford's own decoding table).
_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": ""})


def make(user: User) -> list[str]:
    """Ten fresh codes, `xxxx-xxxx-xxxx-xxxx-xxxx`; the ones of before stop working."""
    codes, rows = draw(user)
    keep(user, rows)
    return codes


def draw(user: User) -> Drawn:
    """Ten codes and their rows, not yet kept: ten hashes take too long for a transaction."""
    codes: dict[str, str] = {}
    while len(codes) < CODES:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        codes[code[:_SELECTOR]] = code[_SELECTOR:]
    rows = [
        RecoveryCode(user=user, selector=selector, hash=make_password(secret))
        for selector, secret in codes.items()
    ]
    return [_grouped(selector + secret) for selector, secret in codes.items()], rows


def keep(user: User, rows: list[RecoveryCode]) -> None:
    """Put drawn codes in the place of the user's present ones."""
    with transaction.atomic():
        # Two that run at once would otherwise both delete first and leave twenty codes.
        User.objects.locked().get(pk=user.pk)
        user.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(rows)


def use(user: User, code: str, at: datetime) -> bool:
    """Use up a code, typed in any case and grouping. True for one of all that send it at once.

    The caller counts the try first (throttle, scope "mfa"). It costs one hash, right or wrong.
    """
    text = code.lower().translate(_READ_AS)
    found = user.recovery_codes.filter(selector=text[:_SELECTOR], used_at=None).first()
    right = check_password(text[_SELECTOR:], found.hash if found else _no_hash())
    if found is None or not right:
        return False
    return user.recovery_codes.filter(pk=found.pk, used_at=None).update(used_at=at) == 1


def left(user: User) -> int:
    """How many codes of the user have not been used."""
    return user.recovery_codes.filter(used_at=None).count()


@cache
def _no_hash() -> str:
    """Compared when no code begins with the selector: that takes as long as when one does."""
    return make_password(secrets.token_urlsafe())


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, _LENGTH, 4))
