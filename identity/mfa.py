"""Virtual MFA devices: time-based one-time passwords (RFC 6238; SHA-1, 30 seconds, six digits)."""

from __future__ import annotations

import base64
import hmac
import io
import os
import re
from datetime import datetime
from urllib.parse import quote

import segno
from django_otp.oath import hotp

from identity import vault
from identity.callers import Caller
from identity.errors import AccessDenied
from identity.models import User, VirtualMfaDevice

PAIR_WINDOW = 1000
"""How many steps off a device's clock may be when it is enabled or resynchronised, as with AWS."""

_STEP_SECONDS = 30
_CODE = re.compile(r"[0-9]{6}")
# A code of the step before or after also counts (RFC 6238, section 5.2): it takes time to type.
_ACCEPTED_STEPS = (0, -1, 1)


def new_seed() -> str:
    """64 base32 characters: 320 random bits."""
    return base64.b32encode(os.urandom(40)).decode()


def seal(seed: str, serial_number: str) -> bytes:
    return vault.seal(seed.encode(), _purpose(serial_number))


def seed_of(device: VirtualMfaDevice) -> str:
    """The device's seed. Raises vault.CannotOpenError."""
    return vault.unseal(bytes(device.sealed_seed), _purpose(device.serial_number)).decode()


def _purpose(serial_number: str) -> str:
    return f"mfa_device:{serial_number}"


def otpauth_uri(device_name: str, account_label: str, seed: str) -> str:
    """What an authenticator app reads from the QR code (Google's Key URI Format)."""
    label = quote(f"{device_name}@{account_label}", safe="@")
    return f"otpauth://totp/{label}?secret={seed}&issuer=Bartizan"


def qr_png(uri: str) -> bytes:
    """The URI as a QR code, a PNG image with the quiet zone that readers need."""
    image = io.BytesIO()
    segno.make_qr(uri, error="m").save(image, kind="png", scale=5, border=4)
    return image.getvalue()


def accept(device: VirtualMfaDevice, code: str, at: datetime) -> bool:
    """Whether `code` is the device's at this moment, a step earlier or a step later; once only."""
    if not _CODE.fullmatch(code):
        return False
    key, now = _key(seed_of(device)), step_at(at) + device.drift
    # All are compared, so that the time taken tells nothing of which one fits.
    fitting = [
        now + offset
        for offset in _ACCEPTED_STEPS
        if hmac.compare_digest(_code(key, now + offset), code)
    ]
    return any(device.burn(step, device.drift, at) for step in fitting)


def pair(
    seed: str, first: str, second: str, at: datetime, window: int = PAIR_WINDOW
) -> tuple[int, int] | None:
    """Where the device's clock stands, told from two consecutive codes in their order.

    The step of the second code and its distance from `at` in steps, the nearest within `window`
    steps; None when no two neighbouring steps give these codes.
    """
    if first == second or not (_CODE.fullmatch(first) and _CODE.fullmatch(second)):
        return None
    key, now = _key(seed), step_at(at)
    codes = {step: _code(key, step) for step in range(now - window - 1, now + window + 1)}
    for step in sorted(range(now - window, now + window + 1), key=lambda step: abs(step - now)):
        if codes[step - 1] == first and codes[step] == second:
            return step, step - now
    return None


def pair_for(seed: str, code: str, at: datetime) -> tuple[str, str] | None:
    """The code before this one, and this one, as EnableMFADevice wants them.

    None unless the code is that of `at`, a step earlier or a step later: then its owner's clock is
    off, and only two codes tell by how much.
    """
    key, now = _key(seed), step_at(at)
    for offset in _ACCEPTED_STEPS:
        if hmac.compare_digest(_code(key, now + offset).encode(), code.encode()):
            return _code(key, now + offset - 1), code
    return None


def require_for_own_devices(caller: Caller, user: User) -> None:
    """Who has a device adds or removes own ones only after proving it: a stolen key is not enough.

    Others may still do so, so that an administrator can help with a lost device. AccessDenied.
    """
    if user.pk == caller.user.pk and caller.mfa_at is None and user.mfa_devices.exists():
        raise AccessDenied("MFA enabled users must re-authenticate with MFA to change MFA devices.")


def devices_of(user: User) -> list[VirtualMfaDevice]:
    """The devices of a user, in the order in which they were enabled."""
    return list(VirtualMfaDevice.objects.filter(user=user).order_by("enabled_at", "id"))


def step_at(moment: datetime) -> int:
    """The number of the time step: half minutes since 1970."""
    return int(moment.timestamp()) // _STEP_SECONDS


def _key(seed: str) -> bytes:
    return base64.b32decode(seed)


def _code(key: bytes, step: int) -> str:
    return f"{hotp(key, step):06d}"  # type: ignore[no-untyped-call]  # django-otp ships no types
