"""A kept message for people to read: what it says in a table, and its XML laid out.

Nothing here is verified: it is what was sent. What would let somebody use it again is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from federation.checks import Log, Refused
from federation.saml import aws_attributes, encryption, xmlsafe
from federation.saml.signature import DS, SAML
from federation.saml.xmlsafe import Element, XmlError

HIDDEN = "(hidden)"

_LONGEST = 262_144
_SECRET = (f"{DS}SignatureValue", f"{encryption.XENC}CipherValue")
_PERSONAL = (f"{SAML}NameID", f"{SAML}AttributeValue", f"{encryption.XENC}CipherValue")
# What of AWS's own attributes is about permissions, not about the person.
_NOT_PERSONAL = tuple(aws_attributes.PREFIX + name for name in ("Role", "SessionDuration"))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the message says; `personal` if it tells who somebody is."""

    term: str
    value: str
    personal: bool = False


def lines(document: str, keys: Sequence[rsa.RSAPrivateKey]) -> list[Line]:
    """What it says, decrypted if one of the keys fits; nothing for what cannot be read."""
    try:
        root = _opened(xmlsafe.parse(document, longest=_LONGEST), keys)
        return [*_head(root), *_assertion(root)]
    except XmlError:
        return []


def laid_out(document: str, keys: Sequence[rsa.RSAPrivateKey], *, personal: bool) -> str:
    """The XML in lines, its secrets hidden; without `personal` also who it is about."""
    try:
        root = _opened(xmlsafe.parse(document, longest=_LONGEST), keys)
    except XmlError:
        return document if personal else HIDDEN
    for element in root.iter(*_SECRET, *(() if personal else _PERSONAL)):
        if element.tag in _SECRET or _is_personal(element):
            for child in list(element):
                element.remove(child)
            element.text = HIDDEN
    etree.indent(root)
    return str(etree.tostring(root, encoding="unicode"))


def _opened(root: Element, keys: Sequence[rsa.RSAPrivateKey]) -> Element:
    """With the assertion in the place of its encrypted form, where a key opens it."""
    wrapper = root.find(f"{SAML}EncryptedAssertion")
    if wrapper is not None:
        try:
            root.replace(wrapper, encryption.decrypted(wrapper, keys, Log()))
        except Refused:
            return root
    return root


def _is_personal(element: Element) -> bool:
    parent = element.getparent()
    return parent is None or parent.get("Name") not in _NOT_PERSONAL


def _head(root: Element) -> Iterator[Line]:
    yield Line("Issuer", _text(root, f"{SAML}Issuer"))
    for name in ("IssueInstant", "Destination", "InResponseTo"):
        yield Line(name, root.get(name, ""))


def _assertion(root: Element) -> Iterator[Line]:
    name = root.find(f".//{SAML}NameID")
    if name is not None:
        yield Line("NameID", _shown(name), personal=True)
        yield Line("NameID format", name.get("Format", ""))
    for path, attribute in (
        ("SubjectConfirmationData", "Recipient"),
        ("SubjectConfirmationData", "NotOnOrAfter"),
        ("Conditions", "NotBefore"),
        ("Conditions", "NotOnOrAfter"),
        ("AuthnStatement", "AuthnInstant"),
        ("AuthnStatement", "SessionNotOnOrAfter"),
    ):
        found = root.find(f".//{SAML}{path}")
        if found is not None and found.get(attribute):
            yield Line(f"{path} {attribute}", found.get(attribute))
    audiences = [_shown(one) for one in root.iter(f"{SAML}Audience")]
    yield Line("Audience", ", ".join(audiences))
    for attribute in root.iter(f"{SAML}Attribute"):
        told = attribute.get("Name", "")
        values = "; ".join(_shown(one) for one in attribute.iter(f"{SAML}AttributeValue"))
        yield Line(told, values, personal=told not in _NOT_PERSONAL)


def _text(root: Element, path: str) -> str:
    found = root.find(path)
    return _shown(found) if found is not None else ""


def _shown(element: Element) -> str:
    return "".join(element.itertext()).strip()
