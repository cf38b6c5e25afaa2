"""SAML responses for tests, signed with the key of `documents.metadata()`, in one line each."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from tests.federation.documents import DS, IDP, private_key

ACS = "http://127.0.0.1:8000/saml"
AUDIENCE = "urn:amazon:webservices"
AWS = "https://aws.amazon.com/SAML/Attributes/"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"

Attributes = Mapping[str, str | Sequence[str]]


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def assertion(attributes: Attributes, **more: Any) -> str:
    """An unsigned assertion; names of `attributes` without a colon are AWS's."""
    given: dict[str, Any] = {
        "now": datetime.now(UTC),
        "issuer": IDP,
        "acs": ACS,
        "audience": AUDIENCE,
    } | more
    now: datetime = given["now"]
    soon = stamp(now + timedelta(minutes=5))
    answers = f' InResponseTo="{given["answers"]}"' if given.get("answers") else ""
    ends = f' SessionNotOnOrAfter="{stamp(given["ends"])}"' if given.get("ends") else ""
    return (
        f'<saml:Assertion xmlns:saml="{_SAML}" ID="{given.get("id") or _id()}" Version="2.0"'
        f' IssueInstant="{stamp(now)}"><saml:Issuer>{given["issuer"]}</saml:Issuer>'
        f'<saml:Subject><saml:NameID Format="{PERSISTENT}">{given.get("subject", "alice")}'
        f'</saml:NameID><saml:SubjectConfirmation Method="{BEARER}">'
        f'<saml:SubjectConfirmationData Recipient="{given["acs"]}" NotOnOrAfter="{soon}"{answers}/>'
        f'</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{stamp(now)}"'
        f' NotOnOrAfter="{soon}"><saml:AudienceRestriction><saml:Audience>{given["audience"]}'
        f"</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
        f'<saml:AuthnStatement AuthnInstant="{stamp(now)}" SessionIndex="_s1"{ends}/>'
        f"<saml:AttributeStatement>{''.join(_attributes(attributes))}</saml:AttributeStatement>"
        "</saml:Assertion>"
    )


def _attributes(attributes: Attributes) -> list[str]:
    shown = []
    for name, values in attributes.items():
        full = name if ":" in name.replace("PrincipalTag:", "") else AWS + name
        listed = [values] if isinstance(values, str) else values
        inside = "".join(f"<saml:AttributeValue>{one}</saml:AttributeValue>" for one in listed)
        shown.append(f'<saml:Attribute Name="{full}">{inside}</saml:Attribute>')
    return shown


def enclosed(inside: str, *, acs: str = ACS, answers: str = "", status: str = SUCCESS) -> str:
    """A response around one assertion, itself not signed."""
    told = f' InResponseTo="{answers}"' if answers else ""
    return (
        f'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="{_id()}"'
        f' Version="2.0" IssueInstant="{stamp(datetime.now(UTC))}" Destination="{acs}"{told}>'
        f'<saml:Issuer xmlns:saml="{_SAML}">{IDP}</saml:Issuer><samlp:Status>'
        f'<samlp:StatusCode Value="{status}"/></samlp:Status>{inside}</samlp:Response>'
    )


def signed(text: str, kind: str = "ec") -> str:
    """The element with a signature of its own, after the Issuer."""
    root = etree.fromstring(text.encode())
    digest = base64.b64encode(hashlib.sha256(_canonical(root)).digest()).decode()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{_EXCLUSIVE}"/>'
        f'<ds:SignatureMethod Algorithm="{_MORE}{"ecdsa" if kind == "ec" else "rsa"}-sha256"/>'
        f'<ds:Reference URI="#{root.get("ID")}"><ds:Transforms><ds:Transform'
        f' Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{_EXCLUSIVE}"/>'
        '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    value = base64.b64encode(_signature(_canonical(etree.fromstring(info)), kind)).decode()
    signature = (
        f'<ds:Signature xmlns:ds="{DS}">{info}'
        f"<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
    )
    root.insert(1, etree.fromstring(signature))
    return str(etree.tostring(root).decode())


def _canonical(root: Any) -> bytes:
    return bytes(etree.tostring(root, method="c14n", exclusive=True))


def _signature(data: bytes, kind: str) -> bytes:
    key = private_key(kind)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    pair = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(32) for number in pair)


def response(attributes: Attributes, **more: Any) -> str:
    """A whole response with a signed assertion; see `assertion` for what may be said of it."""
    around = {key: more[key] for key in ("acs", "answers") if key in more}
    return enclosed(signed(assertion(attributes, **more)), **around)


def encoded(document: str) -> str:
    """As the POST binding and the API have it."""
    return base64.b64encode(document.encode()).decode()


def _id() -> str:
    return f"_{secrets.token_hex(16)}"
