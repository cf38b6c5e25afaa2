"""Key sets: keys that may verify, and everything else in them."""

from __future__ import annotations

from typing import Any

import pytest

from federation.oidc import keys
from tests.certificates import rsa_key
from tests.federation.oidc.tokens import ec, encoded, key_set, public, rsa

_NUMBER = rsa_key(1024).public_key().public_numbers().n.to_bytes(128, "big")
WEAK = {**public(rsa()), "n": encoded(_NUMBER)}


@pytest.mark.parametrize(
    "member",
    [
        public(rsa(), use="enc"), public(rsa(), key_ops=["verify"]), public(rsa(), key_ops=[]),
        public(rsa(), e="AQ"), public(rsa(), e="Aw"), public(rsa(), n="AQAB"), WEAK,
        public(rsa(), alg="HS256"), public(rsa(), alg="none"), public(rsa(), alg="RSA-OAEP"),
        public(ec(), y=public(ec("P-384"))["y"]), public(ec(), x="AAAA"), public(ec(), crv="P-192"),
        public(ec(), alg="RS256"), {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, {"kty": "RSA"}, {}, [], None, 1, "key",
        public(rsa(), x5c=["AAAA"]), public(rsa(), x5c=[]), {**public(rsa()), "kid": 1},
    ],
    ids=range(25),
)  # fmt: skip
def test_a_key_that_cannot_verify_is_left_out(member: Any) -> None:
    """JWT-15."""
    found = keys.read(key_set(member, public(ec("P-384"), "good")))
    assert [key.kid for key in found] == ["good"]
    with pytest.raises(keys.KeysError):
        keys.read(key_set(member))


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"keys":{}}', '{"keys":[]}', "<html>", '{"keys":[],"keys":[]}',
     '{"keys":[' + "[" * 9 + "]" * 9 + "]}", " " * 600_000],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_key_set_is_refused(text: str) -> None:
    """JWT-15."""
    with pytest.raises(keys.KeysError):
        keys.read(text)


def test_a_hundred_keys_of_a_kind_are_the_most() -> None:
    """JWT-15."""
    assert len(keys.read(key_set(*[public(ec())] * 100, *[public(rsa())] * 1))) == 101
    with pytest.raises(keys.KeysError):
        keys.read(key_set(*[public(ec())] * 101))
