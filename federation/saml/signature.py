"""XML signatures of SAML, and no others: which element is signed, and what exactly was signed.

SAML core section 5.4 allows one form: a signature inside the element it signs, over that whole
element. Everything else is refused before any key comes into it. Who calls reads on in the bytes
that were digested, never in the document they came from (XML Signature best practices, 3.1).
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from federation.checks import Log, Reason
from federation.saml import xmlsafe
from federation.saml.xmlsafe import Element, XmlError

DS = "{http://www.w3.org/2000/09/xmldsig#}"
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_MORE, _MORE_2007 = (f"http://www.w3.org/{year}/xmldsig-more#" for year in ("2001/04", "2007/05"))
_INCLUSIVE = f"{{{EXCLUSIVE}}}InclusiveNamespaces"
_REMEDY = "Sign with RSA or ECDSA and SHA-256 at the identity provider."

Verify = Callable[[x509.Certificate, bytes, bytes], None]
_SHA: Mapping[int, hashes.HashAlgorithm] = {
    256: hashes.SHA256(),
    384: hashes.SHA384(),
    512: hashes.SHA512(),
}
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


def _rsa(algorithm: hashes.HashAlgorithm) -> Verify:
    def verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise InvalidSignature
        key.verify(signature, data, padding.PKCS1v15(), algorithm)

    return verify


def _pss(algorithm: hashes.HashAlgorithm) -> Verify:
    def verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise InvalidSignature
        salted = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        key.verify(signature, data, salted, algorithm)

    return verify


def _ecdsa(algorithm: hashes.HashAlgorithm) -> Verify:
    def verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
        key = certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidSignature
        size = (key.key_size + 7) // 8  # two numbers of the curve's size (RFC 4050 section 3.3)
        if len(signature) != 2 * size:
            raise InvalidSignature
        halves = (int.from_bytes(half) for half in (signature[:size], signature[size:]))
        key.verify(encode_dss_signature(*halves), data, ec.ECDSA(algorithm))

    return verify


_ALGORITHMS: dict[str, Verify] = {
    **{f"{_MORE}rsa-sha{bits}": _rsa(sha) for bits, sha in _SHA.items()},
    **{f"{_MORE_2007}sha{bits}-rsa-MGF1": _pss(sha) for bits, sha in _SHA.items()},
    **{f"{_MORE}ecdsa-sha{bits}": _ecdsa(sha) for bits, sha in _SHA.items()},
}


def is_signed(element: Element) -> bool:
    return element.find(f"{DS}Signature") is not None


def signed(element: Element, certificates: Iterable[x509.Certificate], log: Log) -> Element:
    """The element anew, from the bytes that its own signature covers. Raises Refused.

    Keys come from `certificates` alone; what the signature says of its key is not looked at.
    """
    name = f"Signature of the {xmlsafe.name_of(element)}"
    signature = _of(element, name, log)
    info, value = signature[0], _bytes(signature[1], name, log)
    canonicalization, method, reference = info
    _require_exclusive(canonicalization, name, log)
    algorithm = str(method.get("Algorithm", ""))
    _verifier("" if len(method) else algorithm, name, log)
    covered = _covered(element, signature, reference, name, log)
    text = _canonical(info, _prefixes(canonicalization))
    require(algorithm, value, text, certificates, name, log, _carried(signature))
    return xmlsafe.parse(covered.decode())


def require(
    algorithm: str,
    value: bytes,
    text: bytes,
    certificates: Iterable[x509.Certificate],
    name: str,
    log: Log,
    carried: str = "",
) -> None:
    """That one of the certificates' keys made `value` over `text`. Raises Refused.

    `carried` is the certificate that came along, for whoever has to find the right one.
    """
    verify = _verifier(algorithm, name, log)
    if not any(_fits(verify, certificate, value, text) for certificate in certificates):
        remedy = "Upload the metadata with the certificate that the identity provider signs with."
        known = [hashlib.sha256(one.public_bytes(Encoding.DER)).hexdigest() for one in certificates]
        wanted = f"made with a key of the metadata: {', '.join(known)}"
        log.refuse(Reason.SIG_VALUE, name, wanted, carried or "another", remedy)
    log.ok(name, found=algorithm)


def _carried(signature: Element) -> str:
    """The fingerprint of the certificate in the signature, which nobody believes; or ""."""
    found = signature.find(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    try:
        text = "".join((found.text or "").split()) if found is not None else ""
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"it came with {hashlib.sha256(der).hexdigest()}" if der else ""


def _verifier(algorithm: str, name: str, log: Log) -> Verify:
    found = _ALGORITHMS.get(algorithm)
    if found is None:
        wanted = "RSA or ECDSA with SHA-256 or more"
        log.refuse(Reason.SIG_ALGORITHM, name, wanted, algorithm[:200], _REMEDY)
    return found


def _of(element: Element, name: str, log: Log) -> Element:
    """The signature, in the one place and form that is allowed."""
    found = element.findall(f"{DS}Signature")
    if not found:
        remedy = "Let the identity provider sign the assertion."
        log.refuse(Reason.SIG_MISSING, name, "one signature", "none", remedy)
    place = [child.tag for child in element[:2]]
    shape = [child.tag for child in found[0]]
    info = [child.tag for child in found[0][0]] if shape else []
    fine = (
        len(found) == 1
        and place == [f"{SAML}Issuer", f"{DS}Signature"]
        and shape
        in (
            [f"{DS}SignedInfo", f"{DS}SignatureValue"],
            [f"{DS}SignedInfo", f"{DS}SignatureValue", f"{DS}KeyInfo"],
        )
        and info
        == [f"{DS}{one}" for one in ("CanonicalizationMethod", "SignatureMethod", "Reference")]
    )
    if not fine:
        log.refuse(Reason.SIG_SHAPE, name, "the form of SAML core 5.4, after the Issuer")
    return found[0]


def _require_exclusive(method: Element, name: str, log: Log) -> None:
    found = method.get("Algorithm", "")
    if found != EXCLUSIVE or any(child.tag != _INCLUSIVE for child in method):
        expected = "exclusive canonicalization without comments"
        log.refuse(Reason.SIG_SHAPE, name, expected, str(found)[:200])


def _covered(
    element: Element, signature: Element, reference: Element, name: str, log: Log
) -> bytes:
    """What was signed: the element without its signature, if the digest fits."""
    own = element.get("ID", "")
    if not own or reference.get("URI") != f"#{own}":
        log.refuse(Reason.SIG_SHAPE, name, f"a reference to #{own}", str(reference.get("URI")))
    expected = [f"{DS}Transforms", f"{DS}DigestMethod", f"{DS}DigestValue"]
    if [child.tag for child in reference] != expected:
        log.refuse(Reason.SIG_SHAPE, name, "transforms, digest method and digest value")
    transforms, method, value = reference
    algorithms = [transform.get("Algorithm") for transform in transforms]
    if algorithms != [ENVELOPED, EXCLUSIVE] or len(transforms[0]):
        log.refuse(Reason.SIG_SHAPE, name, "enveloped, then exclusive", str(algorithms)[:200])
    _require_exclusive(transforms[1], name, log)
    digest = _DIGESTS.get(method.get("Algorithm", ""))
    if digest is None:
        found = str(method.get("Algorithm", ""))[:200]
        log.refuse(Reason.SIG_ALGORITHM, name, "a digest of SHA-256 or more", found, _REMEDY)
    data = _canonical(_without(element, signature), _prefixes(transforms[1]))
    if not hmac.compare_digest(hashlib.new(digest, data).digest(), _bytes(value, name, log)):
        log.refuse(Reason.SIG_VALUE, name, "the digest of what was sent", "another")
    return data


def _without(element: Element, signature: Element) -> Element:
    """A copy of the element less the signature; the text behind that stays."""
    place = element.index(signature)
    copied = _alone(element)
    gone = copied[place]
    before = gone.getprevious()
    if gone.tail and before is not None:
        before.tail = (before.tail or "") + gone.tail
    copied.remove(gone)
    return copied


def _alone(element: Element) -> Element:
    """A copy that keeps every namespace in scope: a prefix may stand in a value only."""
    alone = etree.Element(element.tag, dict(element.attrib), nsmap=element.nsmap)
    alone.text = element.text
    alone.extend(copy.deepcopy(child) for child in element)
    return alone


def _canonical(element: Element, prefixes: list[str]) -> bytes:
    """Raises XmlError for what has no canonical form, such as a relative namespace."""
    try:
        return bytes(
            etree.tostring(
                _alone(element),
                method="c14n",
                exclusive=True,
                with_comments=False,
                inclusive_ns_prefixes=prefixes or None,
            )
        )
    except etree.C14NError as problem:
        raise XmlError("the document has no canonical form") from problem


def _prefixes(method: Element) -> list[str]:
    listed = [child.get("PrefixList", "").split() for child in method]
    return [prefix for prefixes in listed for prefix in prefixes if prefix != "#default"]


def _fits(verify: Verify, certificate: x509.Certificate, signature: bytes, data: bytes) -> bool:
    try:
        verify(certificate, signature, data)
    except InvalidSignature:
        return False
    return True


def _bytes(element: Element, name: str, log: Log) -> bytes:
    try:
        return base64.b64decode("".join(xmlsafe.text_of(element).split()), validate=True)
    except (binascii.Error, ValueError, XmlError):
        log.refuse(Reason.SIG_SHAPE, name, "base64")
