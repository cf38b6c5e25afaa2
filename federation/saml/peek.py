"""A look at a response before it is verified: whose it says it is. Nothing of it is believed."""

from __future__ import annotations

from federation.saml import aws_attributes, xmlsafe
from federation.saml.aws_attributes import Pair

_SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def issuer_and_pairs(document: str) -> tuple[str, tuple[Pair, ...]]:
    """The issuer and the pairs of roles and providers; empty where the document has none.

    An encrypted assertion shows the response's issuer only. Raises XmlError.
    """
    root = xmlsafe.parse(document, longest=262_144)
    issuers = [*root.iterfind(f"{_SAML}Issuer"), *root.iterfind(f"{_SAML}Assertion/{_SAML}Issuer")]
    values = root.iterfind(
        f"{_SAML}Assertion/{_SAML}AttributeStatement/{_SAML}Attribute"
        f"[@Name='{aws_attributes.PREFIX}Role']/{_SAML}AttributeValue"
    )
    pairs = aws_attributes.pairs_in(xmlsafe.text_of(value) for value in values)
    return (xmlsafe.text_of(issuers[-1]).strip() if issuers else "", pairs)


def in_response_to(document: str) -> str:
    """The ID of the request that it says it answers, or "". Raises XmlError."""
    return str(xmlsafe.parse(document, longest=262_144).get("InResponseTo", ""))


def destination(document: str) -> str:
    """Where it says it goes, or "". Raises XmlError."""
    return str(xmlsafe.parse(document, longest=262_144).get("Destination", ""))
