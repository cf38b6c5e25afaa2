"""Our requests to identity providers: sign somebody in ("Assertions and Protocols", 3.4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from federation.saml import bindings

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """`destination` is the provider's address, `acs` ours, `issuer` our entity ID.

    `fresh`: a session that the person has at the provider is not enough.
    """

    id: str
    issued_at: datetime
    destination: str
    acs: str
    issuer: str
    fresh: bool = False


def redirect_url(request: AuthnRequest, key: rsa.RSAPrivateKey | None) -> str:
    """Where to send the browser; signed if there is a key."""
    return bindings.redirect_url(request.destination, "SAMLRequest", _xml(request), key)


def _xml(request: AuthnRequest) -> bytes:
    root = etree.Element(
        f"{{{_PROTOCOL}}}AuthnRequest",
        {
            "ID": request.id,
            "Version": "2.0",
            "IssueInstant": f"{request.issued_at:%Y-%m-%dT%H:%M:%SZ}",
            "Destination": request.destination,
            "AssertionConsumerServiceURL": request.acs,
            "ProtocolBinding": bindings.POST,
        },
        nsmap={"samlp": _PROTOCOL, "saml": _SAML},
    )
    if request.fresh:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, f"{{{_SAML}}}Issuer").text = request.issuer
    return bytes(etree.tostring(root))
