"""Metadata of identity providers becomes values, or is refused with the reason."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from federation.saml import metadata
from federation.saml.metadata import Endpoint, MetadataError
from tests.federation.documents import (
    IDP,
    MD,
    NOW,
    POST,
    REDIRECT,
    certificate,
    entities,
    entity,
    key_descriptor,
    role,
)

SP = f'<SPSSODescriptor protocolSupportEnumeration="{metadata._PROTOCOL}"/>'
SIGN_OUT = (
    f'<SingleLogoutService Binding="{POST}" Location="{IDP}/out" ResponseLocation="{IDP}/b"/>'
)


def keys(count: int) -> str:
    return "".join(key_descriptor(certificate(number)) for number in range(count))


def test_a_provider_is_read_whole() -> None:
    first, second = certificate(1, kind="rsa"), certificate(2)
    text = entity(
        SP,
        role(
            key_descriptor(first),
            key_descriptor(second, use=""),
            key_descriptor(certificate(3), use="encryption"),
            extra=SIGN_OUT,
            more=' WantAuthnRequestsSigned="true"',
        ),
    )
    found = metadata.read(text)
    (provider,) = found.providers
    assert found.named(IDP) == provider
    assert found.named(IDP + "/") is None
    assert provider.sign_on == (Endpoint(REDIRECT, f"{IDP}/sso"),)
    assert provider.sign_out == (Endpoint(POST, f"{IDP}/out", f"{IDP}/b"),)
    assert provider.wants_signed_requests
    assert provider.valid_until is None
    assert [each.der for each in provider.signing] == [first, second]
    assert [each.key for each in provider.signing] == ["RSA 2048", "EC secp256r1"]
    assert provider.signing[0].fingerprint == hashlib.sha256(first).hexdigest()
    assert provider.signing[0].subject == "CN=idp1.example.com"
    assert not provider.signing[0].expired(NOW)


def test_a_certificate_may_be_broken_into_lines_and_by_comments() -> None:
    text = base64.encodebytes(certificate()).decode()
    broken = f"\n  {text[:40]}<!-- x -->{text[40:]}"
    (provider,) = metadata.read(entity(role(key_descriptor(broken)))).providers
    assert provider.signing[0].der == certificate()


def test_an_expired_certificate_counts_for_its_key() -> None:
    text = entity(role(key_descriptor(certificate(days=-1))))
    assert metadata.read(text).providers[0].signing[0].expired(NOW)


def test_several_entities_are_several_providers_and_others_are_passed_over() -> None:
    text = entities(
        entity(entity_id="https://a.test"),
        entities(entity(entity_id="https://b.test"), entity(SP, entity_id="https://sp.test")),
    )
    assert [found.entity_id for found in metadata.read(text).providers] == [
        "https://a.test",
        "https://b.test",
    ]


def test_the_earliest_end_counts_wherever_it_stands() -> None:
    def until(day: int, zone: str = "Z") -> str:
        return f' validUntil="2027-01-{day:02}T12:00:00{zone}"'

    text = entities(
        entity(entity_id="https://a.test", more=until(9)),
        entity(role(more=until(3, "+02:00")), entity_id="https://b.test", more=until(4)),
        more=until(5, ".5"),
    )
    found = metadata.read(text)
    assert [each.valid_until for each in found.providers] == [
        datetime(2027, 1, 5, 12, 0, 0, 500_000, tzinfo=UTC),
        datetime(2027, 1, 3, 10, tzinfo=UTC),
    ]
    assert found.valid_until == datetime(2027, 1, 3, 10, tzinfo=UTC)


def test_ten_entities_and_ten_keys_are_taken() -> None:
    ten = [entity(entity_id=f"https://idp{number}.test") for number in range(10)]
    assert len(metadata.read(entities(*ten)).providers) == 10
    assert len(metadata.read(entity(role(keys(10)))).providers[0].signing) == 10


REFUSED = {
    "no XML": ("metadata", "not well-formed"),
    "document type": (f"<!DOCTYPE x>{entity()}", "document type"),
    "wrong root": (f'<AffiliationDescriptor xmlns="{MD}"/>', "expected EntityDescriptor of"),
    "no namespace": (entity().replace(f' xmlns="{MD}"', "", 1), "expected EntityDescriptor of"),
    "namespace that looks alike": (
        entity().replace(MD, MD.upper()),
        "expected EntityDescriptor of",
    ),
    "service provider": (entity(SP), "no entity has an IDPSSODescriptor"),
    "SAML 1.1 only": (
        entity(role(protocols="urn:oasis:names:tc:SAML:1.1:protocol")),
        "no entity has",
    ),
    "no entities": (entities(), "no entity has"),
    "role too deep": (entity(f"<Extensions>{role()}</Extensions>"), "no entity has"),
    "two roles": (entity(role(), role()), "more than one IDPSSODescriptor"),
    "one entity twice": (entities(entity(), entity()), "given twice"),
    "eleven entities": (
        entities(*(entity(entity_id=f"https://{number}.test") for number in range(11))),
        "more than 10 entities",
    ),
    "eleven keys": (entity(role(keys(11))), "more than 10 signing keys"),
    "no entity ID": (entity(entity_id=""), "entityID"),
    "blank entity ID": (entity(entity_id="  "), "entityID"),
    "long entity ID": (entity(entity_id="x" * 1025), "entityID"),
    "no keys": (entity(role(" ")), "no signing certificate"),
    "no certificate": (entity(role("<KeyDescriptor/>")), "no signing certificate"),
    "only for encryption": (
        entity(role(key_descriptor(certificate(), use="encryption"))),
        "no signing certificate",
    ),
    "another use": (entity(role(key_descriptor(certificate(), use="x"))), "use of a key"),
    "garbage for base64": (entity(role(key_descriptor("*" * 40))), "certificate cannot be used"),
    "garbage for a certificate": (
        entity(role(key_descriptor(b"x" * 400))),
        "not a well-formed certificate",
    ),
    "empty certificate": (entity(role(key_descriptor(""))), "not a well-formed certificate"),
    "cut certificate": (
        entity(role(key_descriptor(certificate()[:-9]))),
        "not a well-formed certificate",
    ),
    "endless certificate": (entity(role(key_descriptor(b"x" * 40_000))), "too long"),
    "certificate of elements": (entity(role(key_descriptor("<a/>"))), "must hold text alone"),
    "weak key": (entity(role(key_descriptor(certificate(kind="weak")))), "1023 bits"),
    "key of another kind": (
        entity(role(key_descriptor(certificate(kind="ed25519")))),
        "neither RSA nor",
    ),
    "no place to sign on": (
        entity(role().replace("SingleSignOnService", "Other")),
        "no SingleSignOnService",
    ),
    "no binding": (entity(role().replace(REDIRECT, "")), "no Binding"),
    "script": (entity(role(location="javascript:alert(1)")), "not an http or https URL"),
    "file": (entity(role(location="file:///etc/passwd")), "not an http or https URL"),
    "relative": (entity(role(location="/sso")), "not an http or https URL"),
    "no host": (entity(role(location="https:///sso")), "not an http or https URL"),
    "bad URL": (entity(role(location="https://[x/sso")), "not a URL"),
    "line feed in a URL": (entity(role(location="https://x/&#10;y")), "not a URL"),
    "response to a script": (
        entity(role(extra=SIGN_OUT.replace(f"{IDP}/b", "javascript:x"))),
        "not an http or https URL",
    ),
    "no boolean": (entity(role(more=' WantAuthnRequestsSigned="yes"')), "neither true nor false"),
    "no time": (entity(more=' validUntil="tomorrow"'), "validUntil"),
    "time out of bounds": (entity(more=' validUntil="9999-12-31T23:59:59-14:00"'), "validUntil"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_usable_metadata_is_refused_with_the_reason(text: str, reason: str) -> None:
    """MET-07, the scripts for addresses, is among them."""
    with pytest.raises(MetadataError, match=reason):
        metadata.read(text)


def test_a_signature_of_the_document_says_nothing() -> None:
    """MET-08: no key vouches for metadata but the hand of who uploads it."""
    forged = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    assert metadata.read(entity(forged, role())).providers[0].entity_id == IDP


def test_one_certificate_given_twice_is_one_key() -> None:
    twice = key_descriptor(certificate()) * 2
    assert len(metadata.read(entity(role(twice))).providers[0].signing) == 1
