"""An authenticator app as somebody's phone runs it, written from RFC 6238 apart from our code."""

from __future__ import annotations

import base64
import hmac
import struct
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Authenticator:
    """Codes of one device; `offset` is in steps of half a minute from when the test took it up.

    Counted from one moment, so that no test depends on where in a step it runs.
    """

    serial_number: str
    seed: str
    since: float = field(default_factory=time.time)

    def code(self, offset: int = 0) -> str:
        step = int(self.since) // 30 + offset
        digest = hmac.digest(base64.b32decode(self.seed), struct.pack(">Q", step), "sha1")
        start = digest[-1] & 15
        number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
        return str(number % 1_000_000).zfill(6)

    def pair(self, offset: int = 0) -> dict[str, str]:
        """Two consecutive codes, the second of the present step."""
        return {
            "AuthenticationCode1": self.code(offset - 1),
            "AuthenticationCode2": self.code(offset),
        }


def create_device(client: Any, name: str = "phone", **more: Any) -> Authenticator:
    device = client.create_virtual_mfa_device(VirtualMFADeviceName=name, **more)["VirtualMFADevice"]
    return Authenticator(device["SerialNumber"], device["Base32StringSeed"].decode())


def enable_device(
    client: Any, user_name: str, name: str = "phone", offset: int = 0
) -> Authenticator:
    """A device enabled for the user; its clock is `offset` steps ahead of ours."""
    device = create_device(client, name)
    client.enable_mfa_device(
        UserName=user_name, SerialNumber=device.serial_number, **device.pair(offset)
    )
    return device
