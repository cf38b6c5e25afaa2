"""How messages travel in a browser: by redirect, signed over the query; by post, signed inside.

"Bindings for SAML 2.0", sections 3.4 and 3.5.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from federation.checks import Log, Reason
from federation.saml import signature, xmlsafe
from federation.saml.signature import DS
from federation.saml.xmlsafe import Element, XmlError

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
LONGEST = 65_536
"""Of a message that is no assertion, inflated or not."""

_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SIGNED = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg")


def redirect_url(
    destination: str, name: str, message: bytes, key: rsa.RSAPrivateKey | None, relay: str = ""
) -> str:
    """Where to send the browser with a message; `name` is `SAMLRequest` or `SAMLResponse`.

    Signed (RSA with SHA-256) if there is a key.
    """
    deflated = zlib.compress(message, 9)[2:-4]  # RFC 1951: without zlib's head and sum
    query = urlencode({name: base64.b64encode(deflated).decode()})
    if relay:
        query += "&" + urlencode({"RelayState": relay})
    if key is not None:
        query += "&" + urlencode({"SigAlg": _RSA_SHA256})
        made = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        query += "&" + urlencode({"Signature": base64.b64encode(made).decode()})
    return f"{destination}{'&' if '?' in destination else '?'}{query}"


def posted(message: bytes, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> str:
    """A message for a form's field: signed after its Issuer, in base64."""
    root = etree.fromstring(message)
    root.insert(1, etree.Element(f"{DS}Signature", nsmap={"ds": DS[1:-1]}, Id="placeholder"))
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(root, key=key, cert=[certificate], reference_uri=root.get("ID"))
    return base64.b64encode(etree.tostring(signed)).decode()


# --- what arrives --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that nobody has verified yet. `query` is its raw query, "" if it was posted."""

    root: Element
    query: str = ""
    relay: str = ""

    @property
    def text(self) -> str:
        return str(etree.tostring(self.root).decode())


def by_redirect(query: str, name: str) -> Arrived:
    """The message in a raw query. Raises XmlError."""
    given = _pairs(query)
    try:
        data = base64.b64decode(unquote_plus(given[name]), validate=True)
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        text = inflate.decompress(data, LONGEST).decode()
    except (KeyError, binascii.Error, ValueError, zlib.error) as problem:
        raise XmlError("the message is not deflated and in base64") from problem
    if inflate.unconsumed_tail:
        raise XmlError(f"the message has more than {LONGEST} bytes")
    return Arrived(xmlsafe.parse(text, longest=LONGEST), query, _relay(given))


def by_post(value: str, relay: str = "") -> Arrived:
    """The message in a form's field. Raises XmlError."""
    try:
        text = base64.b64decode("".join(value.split()), validate=True).decode()
    except (binascii.Error, ValueError) as problem:
        raise XmlError("the message is not in base64") from problem
    return Arrived(xmlsafe.parse(text, longest=LONGEST), relay=relay)


def verified(arrived: Arrived, certificates: Iterable[x509.Certificate], log: Log) -> Element:
    """What its sender signed, and nothing else. Raises Refused.

    Of a redirect the query is signed; a signature inside counts for nothing there.
    """
    if not arrived.query:
        return signature.signed(arrived.root, certificates, log)
    given = _pairs(arrived.query)
    name = "Signature of the query"
    if not given.get("SigAlg") or not given.get("Signature"):
        remedy = "Let the identity provider sign what it sends for logout."
        log.refuse(Reason.SIG_MISSING, name, "SigAlg and Signature", "none", remedy)
    text = "&".join(f"{one}={given[one]}" for one in _SIGNED if one in given)
    try:
        value = base64.b64decode(unquote_plus(given["Signature"]), validate=True)
    except (binascii.Error, ValueError):
        log.refuse(Reason.SIG_SHAPE, name, "base64")
    algorithm = unquote_plus(given["SigAlg"])
    signature.require(algorithm, value, text.encode(), certificates, name, log)
    return arrived.root


def _pairs(query: str) -> dict[str, str]:
    """The parameters as they were sent, still quoted: that is what is signed. XmlError for two."""
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    found = dict(pairs)
    if len(found) < len(pairs):
        raise XmlError("a parameter is given twice")
    return found


def _relay(given: dict[str, str]) -> str:
    return unquote_plus(given.get("RelayState", ""))
