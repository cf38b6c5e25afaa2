"""SAML responses: the one verifier, for the browser's profile and for AssumeRoleWithSAML.

"Assertions and Protocols for SAML 2.0" (core). The order is: size and form, signature, and only
then what the signed element says. Each check leaves a line in the log.
"""

from __future__ import annotations

import re

from lxml import etree

from federation.checks import Log, Reason
from federation.saml import encryption, profile, signature, xmlsafe
from federation.saml.assertion import Assertion as Assertion
from federation.saml.assertion import Expected as Expected
from federation.saml.assertion import NameId as NameId
from federation.saml.signature import DS, SAML
from federation.saml.xmlsafe import Element, XmlError

LONGEST = 262_144

_PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}", re.ASCII)
_CHILDREN = {
    f"{SAML}Issuer",
    f"{DS}Signature",
    f"{_PROTOCOL}Extensions",
    f"{_PROTOCOL}Status",
    f"{SAML}Assertion",
    f"{SAML}EncryptedAssertion",
}


def verify(document: str, expected: Expected, log: Log) -> Assertion:
    """The assertion in a response, if everything about it is right. Raises Refused."""
    try:
        response = _read(document, log)
        _check_response(response, expected, log)
        assertion = _assertion(response, expected, log)
        _check_ids(assertion, log)
        verified = signature.signed(assertion, expected.certificates, log)
        log.decrypted = False
        return profile.read(verified, response.get("InResponseTo", ""), expected, log)
    except XmlError as problem:
        log.refuse(Reason.XML, "XML", "plain SAML", str(problem)[:500])


def _read(document: str, log: Log) -> Element:
    """The one tree that is verified and read: without comments, which no signature covers."""
    root = xmlsafe.parse(document, longest=LONGEST)
    _strip_comments(root, log)
    if root.tag != f"{_PROTOCOL}Response":
        log.refuse(Reason.SCHEMA, "Root element", "Response", xmlsafe.name_of(root))
    assertions = [*root.iter(f"{SAML}Assertion", f"{SAML}EncryptedAssertion")]
    if len(assertions) != 1 or assertions[0].getparent() is not root:
        expected = "one assertion, directly in the response"
        log.refuse(Reason.SCHEMA, "One assertion", expected, f"{len(assertions)} of them")
    strange = [child.tag for child in root if child.tag not in _CHILDREN]
    if strange:
        log.refuse(Reason.SCHEMA, "Elements of the response", found=str(strange[0])[:200])
    _check_ids(root, log)
    log.ok("Form of the response")
    return root


def _strip_comments(root: Element, log: Log) -> None:
    """Those between elements. One in a text or in a signature is there to end it for some reader.

    CVE-2017-11427 and its like; CVE-2025-29775 for the signature's digest.
    """
    for comment in root.iter(etree.Comment):
        holder = comment.getparent()
        if holder is None:
            continue
        texts = [holder.text, *(child.tail for child in holder)]
        signed = any(each.tag == f"{DS}Signature" for each in (holder, *holder.iterancestors()))
        if signed or any(text and text.strip() for text in texts):
            name = xmlsafe.name_of(holder)
            log.refuse(Reason.COMMENT, "Comments", "none in a text", f"one in {name}"[:200])
    etree.strip_tags(root, etree.Comment)


def _check_ids(root: Element, log: Log) -> None:
    """Each ID once, and only where SAML and XML Signature have them."""
    seen: set[str] = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            if etree.QName(name).localname.lower() != "id":
                continue
            security = element.tag.startswith((DS, encryption.XENC))
            fine = name == ("Id" if security else "ID") and _NCNAME.fullmatch(value)
            if not fine or value in seen:
                log.refuse(Reason.SCHEMA, "IDs", "each once, as ID", f"{name}={value}"[:200])
            seen.add(value)


def _check_response(response: Element, expected: Expected, log: Log) -> None:
    profile.require_version(response, log)
    issuer = response.find(f"{SAML}Issuer")
    if issuer is not None:
        profile.require_issuer(issuer, expected, log)
    _require_success(response, log)
    if signature.is_signed(response):
        signature.signed(response, expected.certificates, log)
    if expected.strict:
        _require_destination(response, expected, log)


def _require_success(response: Element, log: Log) -> None:
    codes = response.findall(f"{_PROTOCOL}Status/{_PROTOCOL}StatusCode")
    found = codes[0].get("Value", "") if len(codes) == 1 else "none"
    if found != _SUCCESS:
        remedy = "Look into the log of the identity provider: it refused to sign in."
        log.refuse(Reason.STATUS, "Status", _SUCCESS, _status(response, found)[:500], remedy)
    log.ok("Status", _SUCCESS, found)


def _status(response: Element, first: str) -> str:
    """The code, the one inside it, and what the provider says about it."""
    inner = response.find(f"{_PROTOCOL}Status/{_PROTOCOL}StatusCode/{_PROTOCOL}StatusCode")
    told = response.find(f"{_PROTOCOL}Status/{_PROTOCOL}StatusMessage")
    more = inner.get("Value", "") if inner is not None else ""
    message = xmlsafe.text_of(told) if told is not None else ""
    return ": ".join(part for part in (first, more, message) if part)


def _require_destination(response: Element, expected: Expected, log: Log) -> None:
    """A signed response has to say where it goes (SAML bindings, section 3.5.5.2)."""
    found = response.get("Destination")
    must = signature.is_signed(response)
    if (found is None and must) or (found is not None and found not in expected.acs):
        remedy = "Set the address of the assertion consumer service at the identity provider."
        log.refuse(Reason.DEST, "Destination", ", ".join(expected.acs), str(found)[:500], remedy)
    log.ok("Destination", ", ".join(expected.acs), found or "not given")


def _assertion(response: Element, expected: Expected, log: Log) -> Element:
    """The assertion as it was sent, or decrypted; not yet verified."""
    plain = response.find(f"{SAML}Assertion")
    if plain is not None:
        if expected.encryption_required:
            remedy = "Let the identity provider encrypt assertions, or allow plain ones."
            log.refuse(Reason.ENC, "Encryption", "encrypted", "plain", remedy)
        return plain
    wrapper = response.find(f"{SAML}EncryptedAssertion")
    found = encryption.decrypted(wrapper, expected.private_keys, log)
    log.decrypted = True
    _strip_comments(found, log)
    if found.tag != f"{SAML}Assertion" or found.find(f".//{SAML}Assertion") is not None:
        log.refuse(Reason.ENC, "Decryption of the assertion", "one assertion", "something else")
    return found
