"""Metadata of SAML identity providers: who they are, where they answer, with what they sign.

"Metadata for the OASIS Security Assertion Markup Language (SAML) V2.0"; what IAM demands of it is
in "Create a SAML identity provider in IAM". The signature of a metadata document says nothing here:
who uploads it vouches for it.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from federation.saml import certificates, xmlsafe
from federation.saml.certificates import Certificate
from federation.saml.xmlsafe import Element, XmlError

MOST_PROVIDERS = 10
MOST_KEYS = 10

_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_SHORT = 32_768
_LONGEST_ENTITY_ID = 1024
_LONGEST_URL = 2048
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_USES = ("signing", "encryption")


class MetadataError(ValueError):
    """The document is no metadata of an identity provider that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages go, and how: `binding` is a URI such as `…:bindings:HTTP-POST`."""

    binding: str
    location: str
    response_location: str = ""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One entity that signs people in. `signing` are the certificates to verify with, all of them.

    `valid_until` is the earliest that the entity, its role or what encloses it says, if any does.
    """

    entity_id: str
    signing: tuple[Certificate, ...]
    sign_on: tuple[Endpoint, ...]
    sign_out: tuple[Endpoint, ...]
    wants_signed_requests: bool
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document tells: at least one identity provider, each under another entity ID."""

    providers: tuple[IdentityProvider, ...]

    def named(self, entity_id: str) -> IdentityProvider | None:
        """The provider that issues under this entity ID, compared as it is written."""
        return next((found for found in self.providers if found.entity_id == entity_id), None)

    @property
    def valid_until(self) -> datetime | None:
        """The earliest end that the document names."""
        return min((each.valid_until for each in self.providers if each.valid_until), default=None)

    @property
    def certified_until(self) -> datetime:
        """The end of the signing certificate that lasts longest: till then somebody can sign."""
        return max(key.not_after for each in self.providers for key in each.signing)


def read(text: str) -> Metadata:
    """The identity providers in a metadata document: an EntityDescriptor, or several in one.

    Entities without the role of an identity provider are passed over. Raises MetadataError for
    what is not such a document, for a provider without a usable signing certificate, and for more
    than 10 entities or signing keys. What is past its date is for the caller, who has a clock.
    """
    return _remembered(text) if len(text) <= _SHORT else _read(text)


def _read(text: str) -> Metadata:
    try:
        return _metadata(xmlsafe.parse(text))
    except XmlError as problem:
        raise MetadataError(str(problem)) from problem


_remembered = lru_cache(maxsize=128)(_read)
"""Each sign-in reads a provider's document twice; one that is short is read once for all."""


def _metadata(root: Element) -> Metadata:
    entities = list(_entities(root, None))
    if len(entities) > MOST_PROVIDERS:
        raise MetadataError(f"the document has more than {MOST_PROVIDERS} entities")
    found = [_provider(entity, ends) for entity, ends in entities]
    providers = tuple(provider for provider in found if provider)
    if not providers:
        raise MetadataError(f"no entity has an IDPSSODescriptor for SAML 2.0{_instead(entities)}")
    if sum(len(provider.signing) for provider in providers) > MOST_KEYS:
        raise MetadataError(f"the document has more than {MOST_KEYS} signing keys")
    twice = [name for name, count in Counter(p.entity_id for p in providers).items() if count > 1]
    if twice:
        raise MetadataError(f"the entity ID `{twice[0]}` is given twice")
    return Metadata(providers)


def _instead(entities: Sequence[tuple[Element, datetime | None]]) -> str:
    """What stands in the first entity, and in which line."""
    first = next(iter(entities[0][0]), None) if entities else None
    if first is None or not isinstance(first.tag, str):
        return ""
    return f": line {first.sourceline} has {xmlsafe.described(first)}"


def _entities(element: Element, ends: datetime | None) -> Iterator[tuple[Element, datetime | None]]:
    """Each EntityDescriptor with the end that encloses it; EntitiesDescriptors may be nested."""
    ends = _earliest(ends, element)
    if element.tag == f"{_MD}EntityDescriptor":
        yield element, ends
    elif element.tag == f"{_MD}EntitiesDescriptor":
        for child in element.iterchildren(f"{_MD}EntityDescriptor", f"{_MD}EntitiesDescriptor"):
            yield from _entities(child, ends)
    else:
        found = f"line {element.sourceline}: found {xmlsafe.described(element)}"
        wanted = f"EntityDescriptor of {_MD[1:-1]}"
        raise MetadataError(f"{found}, expected {wanted}")


def _provider(entity: Element, ends: datetime | None) -> IdentityProvider | None:
    roles = [
        role
        for role in xmlsafe.children(entity, f"{_MD}IDPSSODescriptor")
        if _PROTOCOL in role.get("protocolSupportEnumeration", "").split()
    ]
    if not roles:
        return None
    if len(roles) > 1:
        raise MetadataError("an entity has more than one IDPSSODescriptor for SAML 2.0")
    role = roles[0]
    return IdentityProvider(
        entity_id=_entity_id(entity),
        signing=_signing(role),
        sign_on=_endpoints(role, "SingleSignOnService", required=True),
        sign_out=_endpoints(role, "SingleLogoutService"),
        wants_signed_requests=_boolean(role, "WantAuthnRequestsSigned"),
        valid_until=_earliest(ends, role),
    )


def _entity_id(entity: Element) -> str:
    given = str(entity.get("entityID", ""))
    if not given.strip() or len(given) > _LONGEST_ENTITY_ID:
        raise MetadataError(f"an entityID must have 1 to {_LONGEST_ENTITY_ID} characters")
    return given


def _signing(role: Element) -> tuple[Certificate, ...]:
    """The certificates for signing; a key whose use is not said is for both uses."""
    keys = list(xmlsafe.children(role, f"{_MD}KeyDescriptor"))
    read = [(key.get("use", "signing"), list(_certificates(key))) for key in keys]
    if any(use not in _USES for use, _ in read):
        raise MetadataError("the use of a key is neither signing nor encryption")
    signing = [found for use, listed in read if use == "signing" for found in listed]
    if not signing:
        raise MetadataError("an identity provider has no signing certificate")
    return tuple(dict.fromkeys(signing))


def _certificates(key: Element) -> Iterator[Certificate]:
    for element in key.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
        written = "".join(xmlsafe.text_of(element).split())
        try:
            yield certificates.read(base64.b64decode(written, validate=True))
        except (binascii.Error, certificates.CertificateError) as problem:
            raise MetadataError(f"a certificate cannot be used: {problem}") from problem


def _endpoints(role: Element, name: str, *, required: bool = False) -> tuple[Endpoint, ...]:
    found = tuple(_endpoint(each) for each in xmlsafe.children(role, f"{_MD}{name}"))
    if required and not found:
        raise MetadataError(f"an identity provider has no {name}")
    return found


def _endpoint(element: Element) -> Endpoint:
    given = Endpoint(
        element.get("Binding", ""), element.get("Location", ""), element.get("ResponseLocation", "")
    )
    if not given.binding:
        raise MetadataError(f"a {xmlsafe.name_of(element)} has no Binding")
    for url in (given.location, given.response_location or given.location):
        _check_location(url)
    return given


def _check_location(url: str) -> None:
    """Browsers are sent there: nothing but a web address will do, and no `javascript:`."""
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > _LONGEST_URL:
        raise MetadataError("the location of a service is not a URL")
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        raise MetadataError("the location of a service is not a URL") from problem
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise MetadataError("the location of a service is not an http or https URL")


def _boolean(element: Element, name: str) -> bool:
    given = element.get(name, "false").strip()
    if given not in _BOOLEANS:
        raise MetadataError(f"{name} is neither true nor false")
    return _BOOLEANS[given]


def _earliest(ends: datetime | None, element: Element) -> datetime | None:
    """The earlier of an end and the element's own `validUntil`, an instant in UTC."""
    given = element.get("validUntil")
    if given is None:
        return ends
    own = _instant(given.strip())
    return min(ends, own) if ends else own


def _instant(text: str) -> datetime:
    """SAML's times are UTC; one without a zone is read as such (SAML core, section 1.3.3)."""
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise MetadataError("a validUntil is not a time") from problem
