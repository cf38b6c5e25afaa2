"""The corporate directory's side of SAML: its metadata, and the responses that it signs.

"SAML V2.0 Core" sections 2 and 3.2, "Profiles" 4.1.4.2; AWS's attributes as in "Configure SAML
assertions for the authentication response". Faults are wished for, to see each of them refused.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"

EXPIRED, WRONG_AUDIENCE, UNSIGNED = "expired", "wrong-audience", "unsigned"
FOREIGN_KEY, UNKNOWN_ROLE = "foreign-key", "unknown-role"

_VALID = timedelta(minutes=5)
_LONG_AGO = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a response is to say. `attributes` are AWS's, without their common beginning."""

    issuer: str
    acs: str
    audience: str
    subject: str
    now: datetime
    attributes: Mapping[str, Sequence[str]]
    in_response_to: str = ""
    fault: str = ""
    id: str = field(default_factory=lambda: f"_{secrets.token_hex(20)}")


def response(wish: Wish, key: rsa.RSAPrivateKey, certificate: str) -> str:
    """The response in base64, as the HTTP-POST binding carries it; the assertion is signed."""
    root = _response(wish)
    assertion = _assertion(wish)
    if wish.fault != UNSIGNED:
        assertion = _signed(assertion, key, certificate)
    root.append(assertion)
    return base64.b64encode(etree.tostring(root)).decode()


def metadata(entity_id: str, sign_on: str, certificate: str) -> str:
    """The directory's metadata: its name, where sign-ins begin, and its certificate."""
    root = etree.Element(
        f"{{{MD}}}EntityDescriptor", nsmap={"md": MD, "ds": DS}, entityID=entity_id
    )
    idp = _add(root, MD, "IDPSSODescriptor", protocolSupportEnumeration=SAMLP)
    info = _add(_add(idp, MD, "KeyDescriptor", use="signing"), DS, "KeyInfo")
    _add(_add(info, DS, "X509Data"), DS, "X509Certificate", "".join(certificate.split("\n")[1:-2]))
    _add(idp, MD, "NameIDFormat", PERSISTENT)
    _add(idp, MD, "SingleSignOnService", Binding=REDIRECT, Location=sign_on)
    text: str = etree.tostring(root, encoding="unicode")
    return text


def _response(wish: Wish) -> Any:
    at = wish.now - _LONG_AGO if wish.fault == EXPIRED else wish.now
    root = etree.Element(
        f"{{{SAMLP}}}Response",
        nsmap={"samlp": SAMLP, "saml": SAML},
        ID=f"_{secrets.token_hex(20)}",
        Version="2.0",
        IssueInstant=_text(at),
        Destination=wish.acs,
    )
    if wish.in_response_to:
        root.set("InResponseTo", wish.in_response_to)
    _add(root, SAML, "Issuer", wish.issuer)
    _add(_add(root, SAMLP, "Status"), SAMLP, "StatusCode", Value=SUCCESS)
    return root


def _assertion(wish: Wish) -> Any:
    at = wish.now - _LONG_AGO if wish.fault == EXPIRED else wish.now
    root = etree.Element(
        f"{{{SAML}}}Assertion",
        nsmap={"saml": SAML},
        ID=wish.id,
        Version="2.0",
        IssueInstant=_text(at),
    )
    _add(root, SAML, "Issuer", wish.issuer)
    _add_subject(root, wish, at)
    conditions = _add(
        root, SAML, "Conditions", NotBefore=_text(at), NotOnOrAfter=_text(at + _VALID)
    )
    audience = "urn:somebody:else" if wish.fault == WRONG_AUDIENCE else wish.audience
    _add(_add(conditions, SAML, "AudienceRestriction"), SAML, "Audience", audience)
    statement = _add(
        root, SAML, "AuthnStatement", AuthnInstant=_text(at), SessionIndex=f"_{wish.id}"
    )
    _add(_add(statement, SAML, "AuthnContext"), SAML, "AuthnContextClassRef", PASSWORD)
    _add_attributes(root, wish.attributes)
    return root


def _add_subject(root: Any, wish: Wish, at: datetime) -> None:
    subject = _add(root, SAML, "Subject")
    _add(subject, SAML, "NameID", wish.subject, Format=PERSISTENT)
    confirmation = _add(subject, SAML, "SubjectConfirmation", Method=BEARER)
    answers = {"InResponseTo": wish.in_response_to} if wish.in_response_to else {}
    until = _text(at + _VALID)
    _add(
        confirmation,
        SAML,
        "SubjectConfirmationData",
        Recipient=wish.acs,
        NotOnOrAfter=until,
        **answers,
    )


def _add_attributes(root: Any, attributes: Mapping[str, Sequence[str]]) -> None:
    statement = _add(root, SAML, "AttributeStatement")
    for name, values in attributes.items():
        attribute = _add(statement, SAML, "Attribute", Name=ATTRIBUTES + name, NameFormat=URI)
        for value in values:
            _add(attribute, SAML, "AttributeValue", value)


def _signed(assertion: Any, key: rsa.RSAPrivateKey, certificate: str) -> Any:
    """Enveloped, RSA with SHA-256; the schema wants the signature after the issuer."""
    assertion.insert(1, etree.Element(f"{{{DS}}}Signature", nsmap={"ds": DS}, Id="placeholder"))
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(assertion, key=key, cert=certificate, reference_uri=assertion.get("ID"))


def _add(parent: Any, namespace: str, name: str, text: str = "", **attributes: str) -> Any:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    if text:
        child.text = text
    return child


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
