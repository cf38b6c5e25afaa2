"""Every form of a genuine response that providers really send is accepted."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from federation.saml.signature import EXCLUSIVE
from tests.federation import responses
from tests.federation.documents import DS, NOW, certificate
from tests.federation.responses import ACS, AUDIENCE
from tests.federation.saml.catalogue.encryption import around, inside
from tests.federation.saml.catalogue.genuine import (
    GIVEN,
    SAML,
    assertion,
    genuine,
    plain,
    put,
    signature_of,
    signed_anew,
    text,
    verified,
)
from tests.federation.saml.catalogue.protocol import at, attribute, setting, telling
from tests.federation.saml.catalogue.signing import EC, Form, sign
from tests.federation.saml.test_encryption import CBC, encrypted

XS = "http://www.w3.org/2001/XMLSchema"
XSI = f"{XS}-instance"


@cache
def _key(curve: type[ec.EllipticCurve]) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    dated = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    return dated.sign(key, hashes.SHA256())


def signed(**form: Any) -> str:
    return signed_anew(lambda _root: None, **form)


def _both() -> str:
    root = genuine()
    sign(root)
    return text(root)


def _one_of_two_audiences(root: Any) -> None:
    put(at(root, "AudienceRestriction"), "saml:Audience", at=0).text = "https://other.test"


def _one_of_two_confirmations(root: Any) -> None:
    other = put(at(root, "Subject"), "saml:SubjectConfirmation", at=1)
    other.set("Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches")


def _once(root: Any) -> None:
    put(at(root, "Conditions"), "saml:OneTimeUse")


def _many_attributes(root: Any) -> None:
    for number in range(200):
        attribute(f"PrincipalTag:k{number}", "v")(root)


def _typed_values(root: Any) -> None:
    """As Microsoft's and Shibboleth's: the type's prefix stands in a value only."""
    for value in root.iter(f"{{{SAML}}}AttributeValue"):
        value.set(f"{{{XSI}}}type", "xs:string")


def _declared_outside() -> str:
    """Every namespace on the Response, none on what is signed; `xs` kept by a PrefixList."""
    whole = text(plain()).replace(f' xmlns:saml="{SAML}"', "").replace(' ID="_st"', "")
    spaces = f'<samlp:Response xmlns:saml="{SAML}" xmlns:xs="{XS}" xmlns:xsi="{XSI}" '
    root = etree.fromstring(whole.replace("<samlp:Response ", spaces, 1).encode())
    _typed_values(root)
    sign(assertion(root), prefixes="xs")
    return text(root)


def _default_namespaces() -> str:
    """No prefixes at all, as Keycloak's and others'."""
    whole = text(plain()).replace(' ID="_st"', "")
    bare = whole.replace("samlp:", "").replace("saml:", "").replace(":samlp", "")
    root = etree.fromstring(bare.replace("xmlns:saml", "xmlns").replace(":saml=", "=").encode())
    sign(assertion(root))
    return text(root)


def _indented() -> str:
    """Laid out in lines before it was signed."""
    root = plain()
    del root.find(".//*[@ID='_st']").attrib["ID"]
    etree.indent(root)
    element = assertion(root)
    tail, element.tail = element.tail, None
    sign(element)
    element.tail = tail
    return text(root)


def _broken_values(separator: str) -> str:
    """Base64 in lines of 76, as most signers write it."""
    document = signed(key_info=_key_info(pretty=True))
    root = etree.fromstring(document.encode())
    value = signature_of(assertion(root)).find(f"{{{DS}}}SignatureValue")
    value.text = "@".join(textwrap.wrap(value.text, 76))
    return text(root).replace("@", separator)


def _key_info(*, pretty: bool = False) -> str:
    shown = base64.b64encode(certificate(kind="rsa")).decode()
    lines = "\n".join(["", *textwrap.wrap(shown, 64), ""]) if pretty else shown
    return (
        f"<ds:KeyInfo>\n  <ds:X509Data>\n    <ds:X509Certificate>{lines}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo>"
    )


def _split_by_cdata() -> str:
    """TXT-03: the same text to canonical form, and to us."""
    return text(genuine()).replace(">alice<", "><![CDATA[al]]>ice<", 1)


def _encrypted(**how: Any) -> str:
    return around(encrypted(inside(), kind="rsa3072", **how))


def _signed_around_encrypted() -> str:
    root = etree.fromstring(_encrypted().encode())
    sign(root)
    return text(root)


def _changed(*changes: Callable[[Any], None], **form: Any) -> Callable[[], str]:
    def change(root: Any) -> None:
        for each in changes:
            each(root)

    return partial(signed_anew, change, **form)


VARIANTS: dict[str, Callable[[], str]] = {
    "V01 assertion signed": signed,
    "V02 response signed as well": _both,
    "V03 SHA-384": lambda: signed(sha="sha384", digest="sha384"),
    "V04 SHA-512": lambda: signed(sha="sha512", digest="sha512"),
    "V05 with the certificate": lambda: signed(key_info=_key_info()),
    "V06 XML declaration": lambda: '<?xml version="1.0" encoding="UTF-8"?>\n' + signed(),
    "V06 standalone": lambda: "<?xml version='1.0' encoding='utf-8' standalone='yes'?>" + signed(),
    "V07 one of two audiences": _changed(_one_of_two_audiences),
    "V08 fractions of seconds": _changed(
        setting("Conditions", "NotOnOrAfter", "2026-11-24T12:05:00.123456789Z")
    ),
    "V09 an escaped ampersand": _changed(attribute("PrincipalTag:team", "R&D <x>")),
    "V10 a comment between elements": lambda: signed().replace(
        "</saml:Subject>", "</saml:Subject><!-- the person -->", 1
    ),
    "V11 no NotBefore": _changed(setting("Conditions", "NotBefore", None)),
    "V12 one of two confirmations": _changed(_one_of_two_confirmations),
    "RSA-PSS": lambda: signed(scheme="pss"),
    "PrefixList, declared on the response": _declared_outside,
    "default namespaces": _default_namespaces,
    "typed values": _changed(_typed_values),
    "indented": _indented,
    "CRLF between elements": lambda: _indented().replace("\n", "\r\n"),
    "CR between elements": lambda: _indented().replace("\n", "\r"),
    "base64 in lines": lambda: _broken_values("\n"),
    "CR references in base64": lambda: _broken_values("&#13;\n"),
    "200 attributes": _changed(_many_attributes),
    "OneTimeUse": _changed(_once),
    "no Destination": _changed(lambda root: root.attrib.pop("Destination")),
    "SessionNotOnOrAfter ahead": _changed(
        setting("AuthnStatement", "SessionNotOnOrAfter", "2026-11-24T13:00:00Z")
    ),
    "our own name as the audience": _changed(telling("Audience", AUDIENCE)),
    "TXT-03 CDATA": _split_by_cdata,
    "encrypted with AES-GCM": _encrypted,
    "encrypted with AES-CBC": lambda: _encrypted(method=CBC),
    "encrypted with SHA-256 in OAEP": lambda: _encrypted(sha=hashes.SHA256()),
    "encrypted in a signed response": _signed_around_encrypted,
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_of_the_standard_is_accepted(name: str) -> None:
    found = verified(VARIANTS[name]())
    assert (found.subject.value, found.recipient) == ("alice", ACS)
    assert found.attributes[f"{responses.AWS}Role"] == (GIVEN["Role"],)


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_elliptic_curves_sign_as_well(curve: type[ec.EllipticCurve]) -> None:
    key = _key(curve)
    document = signed(form=EC, key=key)
    assert verified(document, certificates=(_certificate(key),)).subject.value == "alice"


def test_either_of_two_certificates_will_do_while_a_key_is_rolled_over() -> None:
    old, new = (x509.load_der_x509_certificate(certificate(kind=kind)) for kind in ("rsa", "ec"))
    for form in (Form(), EC):
        for known in ((old, new), (new, old)):
            assert verified(signed(form=form), certificates=known).subject.value == "alice"


@pytest.mark.parametrize("seconds", [-179, 179])
def test_clocks_may_differ_by_three_minutes(seconds: int) -> None:
    assert verified(signed(), now=NOW + timedelta(seconds=seconds)).subject.value == "alice"


@pytest.mark.parametrize(
    "name",
    [
        *(" admin", "admin ", "a\nb", "ad\u200bmin", "\u202enimda", "\uff41dmin", "\U0001f600"),
        *("a&b", "<x>", "admin\u00e9"),
    ],
)
def test_a_name_is_taken_as_it_was_signed(name: str) -> None:
    """TXT-07, TXT-08, TXT-12: neither trimmed nor folded, so that nobody becomes somebody else."""
    assert verified(_changed(telling("NameID", name))()).subject.value == name


def test_a_carriage_return_in_a_name_is_part_of_it() -> None:
    document = _changed(telling("NameID", "alice\r"))()
    assert "alice&#13;" in document
    assert verified(document).subject.value == "alice\r"


def test_the_prefix_list_is_one_of_exclusive_canonicalization() -> None:
    assert EXCLUSIVE in _declared_outside()
    assert 'PrefixList="xs"' in _declared_outside()
