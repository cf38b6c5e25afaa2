"""RSA keys that anybody can factor (CVE-2017-15361): found by the form of their modulus."""

from __future__ import annotations

import random

import pytest

from federation import weak_keys
from federation.oidc import keys
from federation.saml import certificates
from federation.saml.certificates import CertificateError
from tests.certificates import rsa_key
from tests.federation.documents import certificate
from tests.federation.oidc.tokens import encoded, key_set, public, rsa

_RANDOM = random.Random(2017)
# Up to where the paper's table has the primes of the product, by the bits of the modulus.
HIGHEST = {1024: 353, 2048: 701, 3072: 701, 4096: 1427}


def vulnerable(bits: int) -> int:
    """A modulus of the paper's form: a power of 65537 modulo a product of small primes."""
    product = 1
    for n in range(2, HIGHEST[bits] + 1):
        product *= n if all(n % d for d in range(2, n)) else 1
    while True:
        power = pow(65537, _RANDOM.getrandbits(64), product)
        found = _RANDOM.getrandbits(bits) // product * product + power
        if found.bit_length() == bits and found % 2:
            return found


@pytest.mark.parametrize("bits", HIGHEST)
def test_the_form_is_found_whatever_the_size(bits: int) -> None:
    found = vulnerable(bits)
    assert weak_keys.easily_factored(found)
    assert not weak_keys.easily_factored(found + 2)


def test_other_keys_do_not_have_it() -> None:
    assert not any(weak_keys.easily_factored(_RANDOM.getrandbits(2048) | 1) for _ in range(5_000))
    for number in (0, 1):
        genuine = rsa_key(number=number).public_key().public_numbers().n
        assert not weak_keys.easily_factored(genuine)


def test_a_key_set_goes_on_without_it() -> None:
    """JWT-15."""
    weak = {**public(rsa(), "weak"), "n": encoded(vulnerable(2048).to_bytes(256, "big"))}
    assert [one.kid for one in keys.read(key_set(weak, public(rsa(1), "good")))] == ["good"]
    with pytest.raises(keys.KeysError):
        keys.read(key_set(weak))


def test_metadata_with_it_are_refused_by_name() -> None:
    with pytest.raises(CertificateError, match="CVE-2017-15361"):
        certificates.read(certificate(modulus=vulnerable(2048)))
