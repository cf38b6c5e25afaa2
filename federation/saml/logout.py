"""Single logout: a request that a session end, and its answer, in both directions.

"Assertions and Protocols for SAML 2.0", section 3.7; "Profiles for SAML 2.0", section 4.4. What
comes in must be signed, whichever way it comes; what goes out is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from federation.checks import Log, Reason
from federation.saml import bindings, encryption, profile, xmlsafe
from federation.saml.assertion import Expected, NameId
from federation.saml.bindings import Arrived
from federation.saml.signature import SAML
from federation.saml.xmlsafe import Element

PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
REQUEST, RESPONSE = f"{PROTOCOL}LogoutRequest", f"{PROTOCOL}LogoutResponse"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"

UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_NAMESPACES = {"samlp": PROTOCOL[1:-1], "saml": SAML[1:-1]}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose sessions are to end: all of the name, or those of `indexes` if there are any."""

    id: str
    name: NameId
    indexes: tuple[str, ...]


def issuer_of(arrived: Arrived) -> str:
    """Whose it says it is; not to be believed."""
    found = arrived.root.find(f"{SAML}Issuer")
    return xmlsafe.text_of(found) if found is not None else ""


def read_request(
    arrived: Arrived, expected: Expected, keys: Sequence[rsa.RSAPrivateKey], log: Log
) -> Asked:
    """What a provider asks, if everything about it is right. Raises Refused and XmlError."""
    root = _message(arrived, REQUEST, expected, log)
    ends = root.get("NotOnOrAfter")
    if ends is not None and expected.now >= profile.instant(ends, log) + profile.SKEW:
        log.refuse(Reason.TIME, "NotOnOrAfter", f"after {expected.now}", ends[:50])
    indexes = [xmlsafe.text_of(one) for one in root.findall(f"{PROTOCOL}SessionIndex")]
    return Asked(root.get("ID", ""), _name(root, keys, log), tuple(indexes))


def read_response(arrived: Arrived, expected: Expected, log: Log) -> tuple[str, bool]:
    """The ID of our request, and whether all is signed out there. Raises Refused and XmlError."""
    root = _message(arrived, RESPONSE, expected, log)
    codes = root.findall(f"{PROTOCOL}Status/{PROTOCOL}StatusCode")
    return root.get("InResponseTo", ""), [one.get("Value") for one in codes] == [SUCCESS]


def _message(arrived: Arrived, tag: str, expected: Expected, log: Log) -> Element:
    """The root as it was signed, of the right kind, sender, place and time."""
    if arrived.root.tag != tag:
        name = etree.QName(tag).localname
        log.refuse(Reason.SCHEMA, "Root element", name, xmlsafe.name_of(arrived.root)[:200])
    root = bindings.verified(arrived, expected.certificates, log)
    profile.require_version(root, log)
    profile.require_issuer(root.find(f"{SAML}Issuer"), expected, log)
    found = root.get("Destination", "")
    if found not in expected.acs:
        remedy = "Set the address of the single logout service at the identity provider."
        log.refuse(Reason.DEST, "Destination", ", ".join(expected.acs), found[:500], remedy)
    profile.require_fresh(root, expected, log)
    return root


def _name(root: Element, keys: Sequence[rsa.RSAPrivateKey], log: Log) -> NameId:
    hidden = root.findall(f"{SAML}EncryptedID")
    found = [encryption.decrypted(one, keys, log) for one in hidden[:1]]
    found += root.findall(f"{SAML}NameID")
    if len(found) != 1 or found[0].tag != f"{SAML}NameID":
        log.refuse(Reason.NAMEID, "NameID", "exactly one", f"{len(found)} of them")
    return NameId(xmlsafe.text_of(found[0]), found[0].get("Format", UNSPECIFIED))


# --- ours ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """What every message begins with."""

    id: str
    issued_at: datetime
    destination: str
    issuer: str


def request(head: Head, name: NameId, session_index: str) -> bytes:
    root = _root("LogoutRequest", head)
    element = etree.SubElement(root, f"{SAML}NameID", {"Format": name.format})
    if name.name_qualifier:
        element.set("NameQualifier", name.name_qualifier)
    if name.sp_name_qualifier:
        element.set("SPNameQualifier", name.sp_name_qualifier)
    element.text = name.value
    if session_index:
        etree.SubElement(root, f"{PROTOCOL}SessionIndex").text = session_index
    return bytes(etree.tostring(root))


def response(head: Head, answered: str) -> bytes:
    """The sessions that the request names are over."""
    root = _root("LogoutResponse", head)
    root.set("InResponseTo", answered)
    status = etree.SubElement(root, f"{PROTOCOL}Status")
    etree.SubElement(status, f"{PROTOCOL}StatusCode", {"Value": SUCCESS})
    return bytes(etree.tostring(root))


def _root(name: str, head: Head) -> Element:
    given = {
        "ID": head.id,
        "Version": "2.0",
        "IssueInstant": f"{head.issued_at:%Y-%m-%dT%H:%M:%SZ}",
        "Destination": head.destination,
    }
    root = etree.Element(f"{PROTOCOL}{name}", given, nsmap=_NAMESPACES)
    etree.SubElement(root, f"{SAML}Issuer").text = head.issuer
    return root
