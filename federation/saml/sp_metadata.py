"""Our own metadata, for identity providers to read: who we are, where we answer, with which keys.

"Metadata for SAML 2.0", section 2.4.4; the attributes are those of AWS's own document.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from federation.saml import bindings
from federation.saml.aws_attributes import PREFIX

_MD = "urn:oasis:names:tc:SAML:2.0:metadata"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_FORMATS = ("persistent", "transient")


def text(entity_id: str, acs: str, logout: str, certificates: Iterable[x509.Certificate]) -> bytes:
    """The document: every certificate for both uses, the first one is what we sign with.

    Logout is offered where there is a key: an answer has to be signed.
    """
    root = etree.Element(f"{{{_MD}}}EntityDescriptor", {"entityID": entity_id}, nsmap={None: _MD})
    known = tuple(certificates)
    role = etree.SubElement(
        root,
        f"{{{_MD}}}SPSSODescriptor",
        {
            "protocolSupportEnumeration": _PROTOCOL,
            "AuthnRequestsSigned": "true" if known else "false",
            "WantAssertionsSigned": "true",
        },
    )
    for certificate in known:
        _key(role, certificate)
    for binding in (bindings.REDIRECT, bindings.POST) if known else ():
        service = {"Binding": binding, "Location": logout}
        etree.SubElement(role, f"{{{_MD}}}SingleLogoutService", service)
    for name in _FORMATS:
        form = etree.SubElement(role, f"{{{_MD}}}NameIDFormat")
        form.text = f"urn:oasis:names:tc:SAML:2.0:nameid-format:{name}"
    consumer = {"Binding": bindings.POST, "Location": acs, "index": "1", "isDefault": "true"}
    etree.SubElement(role, f"{{{_MD}}}AssertionConsumerService", consumer)
    _attributes(role)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _key(role: etree._Element, certificate: x509.Certificate) -> None:
    key = etree.SubElement(role, f"{{{_MD}}}KeyDescriptor")
    info = etree.SubElement(key, f"{{{_DS}}}KeyInfo", nsmap={"ds": _DS})
    data = etree.SubElement(info, f"{{{_DS}}}X509Data")
    shown = etree.SubElement(data, f"{{{_DS}}}X509Certificate")
    shown.text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _attributes(role: etree._Element) -> None:
    service = etree.SubElement(role, f"{{{_MD}}}AttributeConsumingService", {"index": "1"})
    name = etree.SubElement(service, f"{{{_MD}}}ServiceName")
    name.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    name.text = "Console single sign-on"
    for attribute, required in (
        ("Role", True),
        ("RoleSessionName", True),
        ("SessionDuration", False),
    ):
        given = {"Name": PREFIX + attribute, "NameFormat": _URI, "FriendlyName": attribute}
        given["isRequired"] = "true" if required else "false"
        etree.SubElement(service, f"{{{_MD}}}RequestedAttribute", given)
