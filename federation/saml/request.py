"""Our requests to identity providers, by HTTP-Redirect: sign somebody in.

"Bindings for SAML 2.0", section 3.4; the signature is over the query as it is sent.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

BINDING = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """`destination` is the provider's address, `acs` ours, `issuer` our entity ID."""

    id: str
    issued_at: datetime
    destination: str
    acs: str
    issuer: str


def redirect_url(request: AuthnRequest, key: rsa.RSAPrivateKey | None) -> str:
    """Where to send the browser; signed (RSA with SHA-256) if there is a key."""
    deflated = zlib.compress(_xml(request), 9)[2:-4]  # RFC 1951: without zlib's head and sum
    query = urlencode({"SAMLRequest": base64.b64encode(deflated).decode()})
    if key is not None:
        query += "&" + urlencode({"SigAlg": _RSA_SHA256})
        signature = key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        query += "&" + urlencode({"Signature": base64.b64encode(signature).decode()})
    return f"{request.destination}{'&' if '?' in request.destination else '?'}{query}"


def _xml(request: AuthnRequest) -> bytes:
    root = etree.Element(
        f"{{{_PROTOCOL}}}AuthnRequest",
        {
            "ID": request.id,
            "Version": "2.0",
            "IssueInstant": f"{request.issued_at:%Y-%m-%dT%H:%M:%SZ}",
            "Destination": request.destination,
            "AssertionConsumerServiceURL": request.acs,
            "ProtocolBinding": _POST,
        },
        nsmap={"samlp": _PROTOCOL, "saml": _SAML},
    )
    etree.SubElement(root, f"{{{_SAML}}}Issuer").text = request.issuer
    return bytes(etree.tostring(root))
