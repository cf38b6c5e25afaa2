"""Encrypted assertions: opened with our keys by safe algorithms, believed only if signed."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from federation import answers
from federation.checks import Log, Reason, Refused
from federation.saml import response
from federation.saml.response import Expected
from tests.federation import responses
from tests.federation.documents import DS, IDP, certificate, private_key
from tests.federation.responses import ACS, AUDIENCE, enclosed, signed

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
GCM, CBC = f"{XENC11}aes256-gcm", f"{XENC}aes128-cbc"
OAEP, PKCS1 = f"{XENC}rsa-oaep-mgf1p", f"{XENC}rsa-1_5"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


def expected(*kinds: str) -> Expected:
    return Expected(
        issuer=IDP,
        certificates=(x509.load_der_x509_certificate(certificate()),),
        private_keys=tuple(private_key(kind) for kind in kinds),
        encryption_required=True,
        acs=frozenset({ACS}),
        audiences=frozenset({AUDIENCE}),
        now=NOW,
        strict=True,
        requests=None,
    )


def encrypted(
    text: str,
    *,
    method: str = GCM,
    transport: str = OAEP,
    sha: Any = None,
    kind: str = "rsa",
    bare: bool = False,
) -> str:
    """An EncryptedAssertion of any text, for the public half of a key; `bare` without padding."""
    secret = os.urandom(16 if method == CBC else 32)
    public = private_key(kind).public_key()
    algorithm = sha or hashes.SHA1()  # what most providers use for OAEP
    scheme: Any = padding.OAEP(padding.MGF1(hashes.SHA1()), algorithm, None)
    if transport == PKCS1:
        scheme = padding.PKCS1v15()
    wrapped = base64.b64encode(public.encrypt(secret, scheme)).decode()
    digest = f'<ds:DigestMethod xmlns:ds="{DS}" Algorithm="{XENC}sha256"/>' if sha else ""
    return (
        f'<saml:EncryptedAssertion xmlns:saml="{SAML}"><xenc:EncryptedData xmlns:xenc="{XENC}">'
        f'<xenc:EncryptionMethod Algorithm="{method}"/><ds:KeyInfo xmlns:ds="{DS}">'
        f'<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{transport}">{digest}'
        f"</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>{wrapped}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData>"
        f"<xenc:CipherValue>{base64.b64encode(_body(secret, text.encode(), method, bare)).decode()}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"
    )


def _body(secret: bytes, data: bytes, method: str, bare: bool) -> bytes:
    if method != CBC:
        nonce = os.urandom(12)
        return nonce + AESGCM(secret).encrypt(nonce, data, None)
    missing, start = 16 - len(data) % 16, os.urandom(16)
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(start)).encryptor()
    padding_ = b"" if bare else bytes(missing - 1) + bytes([missing])
    return start + encryptor.update(data + padding_)


@pytest.fixture(scope="module")
def genuine() -> str:
    return signed(responses.assertion({"Role": "x"}, now=NOW))


def reason(document: str, wanted: Expected) -> Refused:
    with pytest.raises(Refused) as caught:
        response.verify(document, wanted, Log())
    return caught.value


@pytest.mark.parametrize(
    "how",
    [{}, {"method": CBC}, {"sha": hashes.SHA256()}],
    ids=["GCM", "CBC", "SHA-256 in OAEP"],
)
def test_an_encrypted_assertion_is_read(genuine: str, how: Any) -> None:
    found = response.verify(enclosed(encrypted(genuine, **how)), expected("rsa"), Log())
    assert found.subject.value == "alice"


def test_either_of_two_keys_opens_it(genuine: str) -> None:
    """ENC-07: while keys are rolled over; one that was removed opens nothing ("no key" below)."""
    document = enclosed(encrypted(genuine, kind="rsa3072"))
    assert response.verify(document, expected("rsa", "rsa3072"), Log()).subject.value == "alice"


def test_who_encrypts_is_not_believed_for_it() -> None:
    unsigned = responses.assertion({"Role": "x"}, now=NOW)
    assert reason(enclosed(encrypted(unsigned)), expected("rsa")).reason is Reason.SIG_MISSING


def failures(genuine: str) -> dict[str, tuple[str, Expected]]:
    ours = expected("rsa")
    plain = enclosed(encrypted(genuine))
    return {
        "no key": (plain, expected()),
        "another key": (enclosed(encrypted(genuine, kind="rsa3072")), ours),
        "RSA 1.5": (enclosed(encrypted(genuine, transport=PKCS1)), ours),
        "an unknown cipher": (plain.replace(GCM, f"{XENC}tripledes-cbc"), ours),
        "a shorter cipher": (plain.replace("aes256-gcm", "aes128-gcm"), ours),
        "no XML inside": (enclosed(encrypted("nonsense")), ours),
        "a document type inside": (enclosed(encrypted("<!DOCTYPE x><x/>")), ours),
        "text that is none": (enclosed(encrypted("\u20ac" * 3, method=CBC)), ours),
        "two elements inside": (enclosed(encrypted(genuine + genuine)), ours),
        "encrypted twice": (enclosed(encrypted(encrypted(genuine))), ours),
    }


def test_every_failure_to_read_looks_the_same(genuine: str) -> None:
    """ENC-03: one reason and one check, for the sign-in log as well."""
    told = set()
    for name, (document, wanted) in failures(genuine).items():
        problem = reason(document, wanted)
        assert problem.reason is Reason.ENC, name
        told.add((problem.reason, problem.check.name))
    assert len(told) == 1


def unproven(genuine: str) -> dict[str, str]:
    """What can be read, and is not what the provider signed."""
    return {
        "changed": genuine.replace("alice", "admin"),
        "not signed": responses.assertion({"Role": "x"}, now=NOW),
        "a comment": genuine.replace("alice", "ali<!-- -->ce"),
        "an ID too many": genuine.replace("<saml:Subject", '<saml:Subject ID="_x"', 1),
        "by a weak algorithm": genuine.replace("ecdsa-sha256", "ecdsa-sha1"),
    }


@pytest.mark.parametrize("method", [GCM, CBC])
def test_until_its_signature_was_verified_nobody_learns_how_far_it_came(
    genuine: str, method: str
) -> None:
    """ENC-03: who changes ciphertext has no oracle; the log tells an administrator all the same."""
    ours = expected("rsa")
    tried = [*failures(genuine).values()]
    for text in unproven(genuine).values():
        tried.append((enclosed(encrypted(text, method=method)), ours))
    problems = [reason(*each) for each in tried]
    told = [answers.error_of(problem) for problem in problems]
    outside = {(one.code, one.status, one.message) for one in told}
    assert outside == {("InvalidIdentityToken", 400, answers.INVALID)}
    reasons = {problem.reason for problem in problems}
    assert reasons > {Reason.ENC, Reason.SIG_VALUE, Reason.SIG_MISSING}


def test_what_is_wrong_after_the_signature_is_told_as_ever() -> None:
    late = signed(responses.assertion({"Role": "x"}, now=NOW - timedelta(hours=1)))
    problem = reason(enclosed(encrypted(late)), expected("rsa"))
    assert answers.error_of(problem).code == "ExpiredTokenException"


def test_blanks_after_the_element_are_xml_but_no_padding(genuine: str) -> None:
    text = genuine + " " * (16 - len(genuine.encode()) % 16)
    problem = reason(enclosed(encrypted(text, method=CBC, bare=True)), expected("rsa"))
    assert problem.reason is Reason.ENC


def test_an_assertion_inside_another_is_refused(genuine: str) -> None:
    nested = genuine.replace("<saml:AuthnStatement", f"{genuine}<saml:AuthnStatement", 1)
    assert reason(enclosed(encrypted(nested)), expected("rsa")).reason is Reason.ENC


def test_plain_ones_are_refused_where_encryption_is_required(genuine: str) -> None:
    """ENC-06."""
    wanted = expected("rsa")
    assert reason(enclosed(genuine), wanted).reason is Reason.ENC
    allowed = replace(wanted, encryption_required=False)
    assert response.verify(enclosed(genuine), allowed, Log()).subject.value == "alice"
