"""The corporate directory: who it is as a SAML identity provider, and what it says of a person."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from console.demo import keys, saml
from console.demo.access import Person
from federation.saml import xmlsafe
from identity import arns

AUDIENCE = "urn:amazon:webservices"
_LARGEST_REQUEST = 65_536


def entity_id() -> str:
    return f"{settings.BASE_URL}/demo/idp/metadata.xml"


def acs() -> str:
    """Where responses go: to the console, as those of any other identity provider."""
    return f"{settings.BASE_URL}/saml"


def metadata(certificate: str) -> str:
    return saml.metadata(entity_id(), f"{settings.BASE_URL}/demo/idp/sign-in", certificate)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen at the tile."""

    account: str
    roles: Sequence[str]
    tags: Mapping[str, str]
    seconds: str
    source_identity: str
    fault: str
    in_response_to: str


def response(person: Person, choice: Choice, now: datetime) -> str:
    """The response about the person, in base64."""
    key, certificate = keys.key(keys.DIRECTORY)
    if choice.fault == saml.FOREIGN_KEY:
        key, certificate = keys.stranger()
    wish = saml.Wish(
        issuer=entity_id(),
        acs=acs(),
        audience=AUDIENCE,
        subject=person.email,
        now=now,
        attributes=_attributes(person, choice),
        in_response_to=choice.in_response_to,
        fault=choice.fault,
    )
    return saml.response(wish, key, certificate)


def _attributes(person: Person, choice: Choice) -> dict[str, list[str]]:
    provider = arns.iam(choice.account, "saml-provider", "DemoDirectory")
    unknown = choice.fault == saml.UNKNOWN_ROLE
    roles = ["NobodyMadeThisRole"] if unknown else choice.roles
    said = {
        "Role": [f"{arns.iam(choice.account, 'role', role)},{provider}" for role in roles],
        "RoleSessionName": [person.email],
        "SessionDuration": [choice.seconds],
    }
    said |= {f"PrincipalTag:{key}": [value] for key, value in choice.tags.items()}
    return said | ({"SourceIdentity": [choice.source_identity]} if choice.source_identity else {})


def request_id(encoded: str) -> str:
    """The ID of an AuthnRequest of the redirect binding; "" for what is none.

    "SAML V2.0 Bindings" section 3.4.4.1: raw DEFLATE, then base64.
    """
    try:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        text = inflate.decompress(base64.b64decode(encoded, validate=True), _LARGEST_REQUEST)
        root = xmlsafe.parse(text.decode(), longest=_LARGEST_REQUEST)
    except (binascii.Error, zlib.error, UnicodeDecodeError, xmlsafe.XmlError):
        return ""
    return str(root.get("ID", "")) if root.tag == f"{{{saml.SAMLP}}}AuthnRequest" else ""
