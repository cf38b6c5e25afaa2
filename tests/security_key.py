"""A security key as somebody holds it, written from WebAuthn Level 3 apart from our code."""

from __future__ import annotations

import base64
import json
import os
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class SecurityKey:
    """`origin` is where the browser is; the other fields are what a hostile one would change."""

    origin: str
    private: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1())
    )
    id: bytes = field(default_factory=lambda: os.urandom(32))
    count: int = 0
    flags: int = PRESENT | VERIFIED

    def create(self, options: str, **client_data: Any) -> str:
        """What `navigator.credentials.create` gives for these options, as JSON."""
        asked = json.loads(options)
        data = self._client_data("webauthn.create", asked["challenge"], client_data)
        attested = (
            bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(self._public())
        )
        said = self._authenticator_data(asked["rp"]["id"], self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        return self._answer(
            {
                "clientDataJSON": text(data),
                "attestationObject": text(attestation),
                "transports": ["usb", "telepathy"],
            }
        )

    def get(self, options: str, *, handle: str = "", **client_data: Any) -> str:
        """What `navigator.credentials.get` gives."""
        asked = json.loads(options)
        data = self._client_data("webauthn.get", asked["challenge"], client_data)
        said = self._authenticator_data(asked["rpId"], self.flags)
        signature = self.private.sign(said + sha256(data).digest(), ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(data),
            "authenticatorData": text(said),
            "signature": text(signature),
        }
        return self._answer(response | ({"userHandle": text(handle.encode())} if handle else {}))

    def _client_data(self, kind: str, challenge: str, other: dict[str, Any]) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(data | other).encode()

    def _authenticator_data(self, host: str, flags: int) -> bytes:
        return sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _public(self) -> dict[int, Any]:
        """The public key in COSE (RFC 9053 section 7.1.1): EC2, ES256, P-256."""
        numbers = self.private.public_key().public_numbers()
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }

    def _answer(self, response: dict[str, Any]) -> str:
        name = text(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
