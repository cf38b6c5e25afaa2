"""Signatures that are none: of another key, form or algorithm, or over something else."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from federation.checks import Reason
from tests.federation.documents import DS, certificate, private_key
from tests.federation.saml.catalogue.genuine import (
    SAML,
    SAMLP,
    Case,
    assertion,
    case,
    evil,
    genuine,
    plain,
    put,
    renamed,
    signature_of,
    text,
)
from tests.federation.saml.catalogue.listening import address
from tests.federation.saml.catalogue.signing import (
    EC,
    ENVELOPED,
    EXCLUSIVE,
    Form,
    digest,
    reference,
    sign,
)

NAME = "Signature of the Assertion"
SHAPE, ALGORITHM = (Reason.SIG_SHAPE, NAME), (Reason.SIG_ALGORITHM, NAME)
VALUE = (Reason.SIG_VALUE, NAME)
_XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>'
    'not(ancestor-or-self::*[local-name()="Subject"])</ds:XPath></ds:Transform>'
)
_XSLT = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet'
    ' version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
    "<xsl:value-of select=\"document('file:///etc/hostname')\"/></xsl:template></xsl:stylesheet>"
    "</ds:Transform>"
)


def _changed(change: Callable[[Any], None]) -> str:
    """The genuine response, with something done to its assertion."""
    root = genuine()
    change(assertion(root))
    return text(root)


def _signed(**form: Any) -> str:
    """Somebody signed what nobody should sign: the assertion is for `admin`."""
    root = renamed(plain())
    sign(assertion(root), **form)
    return text(root)


def _key_info(der: bytes) -> str:
    shown = base64.b64encode(der).decode()
    return (
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{shown}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo>"
    )


def _attackers_certificate() -> bytes:
    """Subject, issuer and serial number are those of the provider's own."""
    theirs = x509.load_der_x509_certificate(certificate(kind="rsa"))
    key = private_key("rsa2047")
    builder = x509.CertificateBuilder(theirs.subject, theirs.issuer, key.public_key())
    builder = builder.serial_number(theirs.serial_number)
    builder = builder.not_valid_before(theirs.not_valid_before_utc)
    built = builder.not_valid_after(theirs.not_valid_after_utc)
    return built.sign(key, theirs.signature_hash_algorithm).public_bytes(Encoding.DER)  # type: ignore[arg-type]


def _secret(form: str) -> bytes:
    """What everybody knows of the provider, used as the key of an HMAC."""
    found = x509.load_der_x509_certificate(certificate(kind="rsa"))
    if form == "spki":
        return found.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return found.public_bytes(Encoding.PEM if form == "pem" else Encoding.DER)


def _without_signature(element: Any) -> None:
    element.remove(signature_of(element))


def _emptied(element: Any) -> None:
    for child in list(signature_of(element)):
        signature_of(element).remove(child)


def _over_the_status() -> str:
    root = renamed(plain())
    sign(assertion(root), root.find(f"{{{SAMLP}}}Status"))
    return text(root)


def _two_references() -> str:
    root = plain()
    status = root.find(f"{{{SAMLP}}}Status")
    sign(assertion(root), more_references=reference("#_st", digest(status), Form()))
    return text(root)


def _without_the_subject() -> str:
    """The provider signs all but the subject, which changes afterwards."""
    root = plain()
    bare = copy.deepcopy(assertion(root))
    bare.remove(bare.find(f"{{{SAML}}}Subject"))
    sign(assertion(root), bare, transforms=(_XPATH, ENVELOPED, EXCLUSIVE))
    return text(renamed(root))


def _xslt_first(element: Any) -> None:
    transforms = signature_of(element).find(f".//{{{DS}}}Transforms")
    wrapped = f'<x xmlns:ds="{DS}">{_XSLT}</x>'
    transforms.insert(0, etree.fromstring(wrapped)[0])


def _second_info(element: Any, where: str) -> None:
    """Two SignedInfo: what is verified is not what is read."""
    signature = signature_of(element)
    forged = copy.deepcopy(signature[0])
    forged.find(f".//{{{DS}}}DigestValue").text = digest(evil(element))
    if where == "object":
        put(signature, "ds:Object", forged)
    else:
        signature.insert(1 if where == "after" else 0, forged)
    renamed(element)


def _comment_in_digest(element: Any) -> None:
    value = signature_of(element).find(f".//{{{DS}}}DigestValue")
    value.insert(0, etree.Comment(digest(evil(element))))
    value[0].tail, value.text = value.text, None
    renamed(element)


def _reference(uri: str) -> Callable[[Any], None]:
    def change(element: Any) -> None:
        signature_of(element).find(f".//{{{DS}}}Reference").set("URI", uri)

    return change


def _whole_document() -> str:
    root = plain()
    sign(root, uri="")
    return text(root)


def _void(namespace: str) -> str:
    """Some canonicalizers fail on the namespace and return nothing: its digest is known."""
    nothing = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    root = genuine()
    signature_of(assertion(root)).find(f".//{{{DS}}}DigestValue").text = nothing
    renamed(root)
    return text(root).replace("<saml:Assertion ", f'<saml:Assertion xmlns:q="{namespace}" ', 1)


def _many_transforms(element: Any) -> None:
    transforms = signature_of(element).find(f".//{{{DS}}}Transforms")
    transforms.extend(copy.deepcopy(transforms[1]) for _ in range(500))


def _many_signatures(element: Any) -> None:
    """So many that the reader gives up before the verifier counts them."""
    for _ in range(1_000):
        element.insert(1, copy.deepcopy(signature_of(element)))


def _number_of(data: bytes) -> str:
    """A signature for exponent 3 whose cube begins like a padded digest and ends in anything."""
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
    wanted = b"\0\1" + b"\xff" * 8 + b"\0" + info
    low = int.from_bytes(wanted.ljust(256, b"\0"))
    root = 1 << ((low.bit_length() + 2) // 3)
    while (smaller := (2 * root + low // root**2) // 3) < root:
        root = smaller
    return base64.b64encode((root + 1).to_bytes(256)).decode()


def _cube_root(element: Any) -> None:
    renamed(element)
    info = signature_of(element)[0]
    info.find(f".//{{{DS}}}DigestValue").text = digest(evil(element))
    signed = bytes(etree.tostring(info, method="c14n", exclusive=True))
    signature_of(element)[1].text = _number_of(signed)


@cache
def key_of_three() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(3, 2048)


def _ecdsa(numbers: bytes) -> str:
    root = renamed(plain())
    sign(assertion(root), form=EC)
    signature_of(assertion(root))[1].text = base64.b64encode(numbers).decode()
    return text(root)


def _hmac(sha: str, secret: str) -> str:
    return _signed(scheme="hmac", sha=sha, secret=_secret(secret))


def _short_hmac() -> str:
    more = "<ds:HMACOutputLength>1</ds:HMACOutputLength>"
    return _signed(scheme="hmac", secret=_secret("der"), more_in_method=more)


def addressed(element: str) -> str:
    info = f'<ds:KeyInfo><ds:RetrievalMethod URI="{address()}"/></ds:KeyInfo>'
    if element == "X509URL":
        url = f"<ds:X509URL>{address()}</ds:X509URL>"
        info = f"<ds:KeyInfo><ds:X509Data>{url}</ds:X509Data></ds:KeyInfo>"
    return _signed(key="rsa2047", key_info=info)


def _key_value() -> str:
    numbers = private_key("rsa2047").public_key().public_numbers()
    shown = [
        base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8)).decode()
        for number in (numbers.n, numbers.e)
    ]
    info = (
        f"<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{shown[0]}</ds:Modulus>"
        f"<ds:Exponent>{shown[1]}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>"
    )
    return _signed(key="rsa2047", key_info=info)


_MD5 = f"{DS[:-1].replace('2000/09/xmldsig', '2001/04/xmldsig-more')}#rsa-md5"
CASES: tuple[Case, ...] = (
    case("SIG-01", Reason.SIG_MISSING, NAME, lambda: text(plain())),
    case("SIG-02", Reason.SIG_MISSING, NAME, lambda: _changed(_without_signature)),
    case("SIG-03", *SHAPE, lambda: _changed(_emptied)),
    case("SIG-04", *VALUE, lambda: _changed(renamed)),
    case(
        "SIG-05",
        *VALUE,
        lambda: _signed(key="rsa2047", key_info=_key_info(_attackers_certificate())),
    ),
    case(
        "SIG-06",
        *VALUE,
        lambda: _signed(key="rsa2047", key_info=_key_info(certificate(kind="rsa"))),
    ),
    case("SIG-07", *ALGORITHM, lambda: _hmac("sha256", "pem")),
    case("SIG-08", *ALGORITHM, lambda: _hmac("sha1", "der")),
    case("SIG-09", *ALGORITHM, lambda: _hmac("sha256", "spki")),
    case("SIG-10", *SHAPE, _over_the_status),
    case("SIG-11", *SHAPE, _two_references),
    case("SIG-12", *SHAPE, _without_the_subject),
    case("SIG-13", *SHAPE, lambda: _changed(_xslt_first)),
    case("SIG-14", *ALGORITHM, lambda: _signed(sha="sha1")),
    case("SIG-15", *ALGORITHM, lambda: _signed(digest="sha1")),
    case("SIG-16", *ALGORITHM, lambda: _signed(method=_MD5)),
    case("SIG-17", *VALUE, lambda: _signed(form=EC, method=EC.algorithm)),
    *(
        case("SIG-18", *SHAPE, partial(_changed, partial(_second_info, where=where)))
        for where in ("before", "after", "object")
    ),
    case("SIG-19", Reason.COMMENT, "Comments", lambda: _changed(_comment_in_digest)),
    case("SIG-20", *SHAPE, lambda: _changed(_reference(""))),
    case("SIG-21", Reason.SIG_SHAPE, "Signature of the Response", _whole_document),
    case("SIG-22", *SHAPE, lambda: _changed(_reference("#xpointer(id('_a1'))"))),
    case("SIG-22", *SHAPE, lambda: _changed(_reference("#xpointer(/)"))),
    case("SIG-23", *SHAPE, lambda: _changed(_reference(address()))),
    case("SIG-24", Reason.XML, "XML", lambda: _void("1")),
    case("SIG-24", Reason.XML, "XML", lambda: _void("http://x\u0080")),
    case("SIG-25", *ALGORITHM, _short_hmac),
    case("SIG-26", *SHAPE, lambda: _changed(_many_transforms)),
    case("SIG-27", *VALUE, lambda: addressed("RetrievalMethod")),
    case("SIG-27", *VALUE, lambda: addressed("X509URL")),
    case("SIG-28", *VALUE, _key_value),
    case("SIG-29", *VALUE, lambda: _signed(key="rsa3072")),
    case("SIG-30", Reason.XML, "XML", lambda: _changed(_many_signatures)),
    case("SIG-31", *VALUE, lambda: _changed(_cube_root)),
    *(
        case("SIG-32", *VALUE, partial(_ecdsa, numbers))
        for numbers in (bytes(64), bytes(63) + b"\1", b"\xff" * 64, b"\0" * 65)
    ),
)
