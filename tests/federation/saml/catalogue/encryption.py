"""Encrypted assertions that must not be opened, or not be believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from lxml import etree

from federation.checks import Reason
from tests.federation.saml.catalogue.genuine import (
    Case,
    assertion,
    case,
    evil,
    genuine,
    plain,
    text,
)
from tests.federation.saml.catalogue.listening import address
from tests.federation.saml.test_encryption import CBC, GCM, PKCS1, XENC, encrypted

OURS = "rsa3072"
ENC = (Reason.ENC, "Decryption of the assertion")
_VALUE = re.compile(r"<xenc:CipherValue>([^<]*)</xenc:CipherValue>")


def inside() -> str:
    return text(assertion(genuine()))


def around(wrapper: str) -> str:
    """The genuine response, with the wrapper instead of its assertion."""
    root = genuine()
    root.replace(assertion(root), etree.fromstring(wrapper))
    return text(root)


def _sent(content: str | None = None, **how: Any) -> str:
    return around(encrypted(inside() if content is None else content, **{"kind": OURS, **how}))


def _unsigned_inside() -> str:
    return _sent(text(evil(assertion(plain()))))


def _changed(change: Callable[[str], str], **how: Any) -> str:
    return around(change(encrypted(inside(), **{"kind": OURS, **how})))


def _last_value(change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(wrapper: str) -> str:
        value = _VALUE.findall(wrapper)[-1]
        return wrapper.replace(value, change(value))

    return changed


def _many_keys(wrapper: str) -> str:
    found = re.search(r"<xenc:EncryptedKey>.*?</xenc:EncryptedKey>", wrapper)
    assert found
    return wrapper.replace(found[0], found[0] * 100)


def _reference(wrapper: str) -> str:
    value = _VALUE.findall(wrapper)[-1]
    there = f'<xenc:CipherReference URI="{address()}"/>'
    return wrapper.replace(f"<xenc:CipherValue>{value}</xenc:CipherValue>", there)


def _retrieval(wrapper: str) -> str:
    key = r"<xenc:EncryptedKey>.*?</xenc:EncryptedKey>"
    return re.sub(key, f'<ds:RetrievalMethod URI="{address()}"/>', wrapper)


def _short_tag(value: str) -> str:
    return value[:-16]  # 12 of the 16 bytes of the tag are gone


def _weak_digest(name: str) -> Callable[[str], str]:
    return lambda wrapper: wrapper.replace(f"{XENC}sha256", name)


_CLOSED = "</saml:Assertion><saml:Assertion>"
CASES: tuple[Case, ...] = (
    case("ENC-01", Reason.SIG_MISSING, "Signature of the Assertion", _unsigned_inside),
    case("ENC-02", *ENC, lambda: _sent(transport=PKCS1)),
    case("ENC-03", *ENC, lambda: _sent("nonsense", method=CBC)),
    case("ENC-03", *ENC, lambda: _changed(_last_value(lambda one: one[:-4] + "AAAA"))),
    case(
        "ENC-03", *ENC, lambda: _changed(_last_value(lambda one: one[:-24] + one[:24]), method=CBC)
    ),
    case("ENC-03", *ENC, lambda: _sent(kind="rsa")),
    case("ENC-04", *ENC, lambda: _sent(inside() + inside())),
    case("ENC-04", *ENC, lambda: _sent(encrypted(inside(), kind=OURS))),
    case("ENC-04", *ENC, lambda: _sent("alice")),
    case("ENC-04", *ENC, lambda: _sent(inside().replace("<saml:AuthnStatement", _CLOSED, 1))),
    case("ENC-04", *ENC, lambda: _sent(inside().replace(' xmlns:saml="', ' xmlns:other="', 1))),
    case("ENC-05", *ENC, lambda: _changed(_many_keys)),
    case("ENC-05", *ENC, lambda: _changed(_reference)),
    case("ENC-05", *ENC, lambda: _changed(_retrieval)),
    case("ENC-05", *ENC, lambda: _changed(_last_value(_short_tag))),
    case(
        "ENC-05",
        *ENC,
        lambda: _changed(
            _weak_digest("http://www.w3.org/2001/04/xmldsig-more#md5"), sha=hashes.SHA256()
        ),
    ),
    case("ENC-05", *ENC, lambda: _sent().replace(GCM, f"{XENC}tripledes-cbc")),
)
