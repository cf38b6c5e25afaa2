"""The verifier: genuine responses pass, and none that says what its provider did not sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from federation.checks import Log, Reason, Refused
from federation.saml import response
from federation.saml.response import Assertion, Expected
from tests.federation import responses
from tests.federation.documents import DS, IDP, certificate
from tests.federation.responses import ACS, AUDIENCE, enclosed, signed

ROLE = "arn:aws:iam::123456789012:role/ops,arn:aws:iam::123456789012:saml-provider/Corp"
GIVEN = {"Role": ROLE, "RoleSessionName": "alice"}
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"


def expected(**more: Any) -> Expected:
    plain = Expected(
        issuer=IDP,
        certificates=(x509.load_der_x509_certificate(certificate()),),
        private_keys=(),
        encryption_required=False,
        acs=frozenset({ACS}),
        audiences=frozenset({AUDIENCE}),
        now=NOW,
        strict=True,
        requests=None,
    )
    return replace(plain, **more)


def verified(document: str, **more: Any) -> Assertion:
    return response.verify(document, expected(**more), Log())


def reason(document: str, **more: Any) -> Reason:
    with pytest.raises(Refused) as caught:
        verified(document, **more)
    return caught.value.reason


def inside(**more: Any) -> str:
    return responses.assertion(GIVEN, now=NOW, **more)


@pytest.fixture(scope="module")
def genuine() -> str:
    """A signed assertion in no response yet."""
    return signed(inside(id="_a1"))


def test_a_genuine_response_is_read(genuine: str) -> None:
    found = verified(enclosed(genuine))
    assert (found.id, found.issuer, found.subject.value) == ("_a1", IDP, "alice")
    assert (found.recipient, found.audience, found.in_response_to) == (ACS, AUDIENCE, "")
    assert found.expires_at == NOW + timedelta(minutes=5)
    assert found.attributes[f"{responses.AWS}Role"] == (ROLE,)


def test_a_response_that_is_signed_as_well_is_read(genuine: str) -> None:
    assert verified(signed(enclosed(genuine))).id == "_a1"


def test_rsa_signs_as_well() -> None:
    der = certificate(kind="rsa")
    found = verified(
        enclosed(signed(inside(), "rsa")), certificates=(x509.load_der_x509_certificate(der),)
    )
    assert found.subject.value == "alice"


def test_a_signature_over_the_response_alone_is_not_enough() -> None:
    assert reason(signed(enclosed(inside()))) is Reason.SIG_MISSING


def test_another_key_signs_for_nobody() -> None:
    der = certificate(kind="rsa")
    assert reason(enclosed(signed(inside(), "rsa"))) is Reason.SIG_VALUE
    other = (x509.load_der_x509_certificate(der),)
    assert reason(enclosed(signed(inside())), certificates=other) is Reason.SIG_VALUE


def evil(genuine: str) -> str:
    """The same assertion for somebody else, with an ID of its own and without a signature."""
    start, end = genuine.index("<ds:Signature "), genuine.index("</ds:Signature>")
    bare = genuine[:start] + genuine[end + len("</ds:Signature>") :]
    return bare.replace(">alice<", ">admin<").replace('ID="_a1"', 'ID="_evil"')


def signature_of(genuine: str) -> str:
    start, end = genuine.index("<ds:Signature "), genuine.index("</ds:Signature>")
    return genuine[start : end + len("</ds:Signature>")]


WRAPPINGS: dict[str, Callable[[str], str]] = {
    "evil before": lambda one: enclosed(evil(one) + one),
    "evil after": lambda one: enclosed(one + evil(one)),
    "original in an extension": lambda one: enclosed(
        f"<samlp:Extensions>{one}</samlp:Extensions>{evil(one)}"
    ),
    "original in the signature": lambda one: enclosed(
        evil(one).replace(
            "</saml:Issuer>",
            "</saml:Issuer>"
            + signature_of(one).replace(
                "</ds:Signature>", f"<ds:Object>{one}</ds:Object></ds:Signature>"
            ),
            1,
        )
    ),
    "original in advice": lambda one: enclosed(
        evil(one).replace(
            "<saml:AuthnStatement", f"<saml:Advice>{one}</saml:Advice><saml:AuthnStatement", 1
        )
    ),
    "signature moved to another assertion": lambda one: enclosed(
        evil(one).replace("</saml:Issuer>", "</saml:Issuer>" + signature_of(one), 1)
    ),
    "the same ID twice": lambda one: enclosed(one + evil(one).replace('ID="_evil"', 'ID="_a1"')),
    "assertion changed": lambda one: enclosed(one.replace(">alice<", ">admin<")),
    "comment in the name": lambda one: enclosed(one.replace(">alice<", ">admin<!-- -->alice<")),
    "attribute added": lambda one: enclosed(
        one.replace(
            "</saml:AttributeStatement>",
            '<saml:Attribute Name="x"><saml:AttributeValue>y</saml:AttributeValue>'
            "</saml:Attribute></saml:AttributeStatement>",
        )
    ),
    "no signature": lambda one: enclosed(evil(one)),
    "signature emptied": lambda one: enclosed(
        one.replace(signature_of(one), f'<ds:Signature xmlns:ds="{DS}"/>')
    ),
    "HMAC": lambda one: enclosed(
        one.replace("2001/04/xmldsig-more#ecdsa-sha256", "2000/09/xmldsig#hmac-sha1")
    ),
    "SHA-1": lambda one: enclosed(one.replace("ecdsa-sha256", "ecdsa-sha1")),
    "XSLT": lambda one: enclosed(
        one.replace(f"{DS}enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116")
    ),
    "reference to all": lambda one: enclosed(one.replace('URI="#_a1"', 'URI=""')),
    "document type": lambda one: "<!DOCTYPE x>" + enclosed(one),
    "assertion alone": lambda one: one,
}


@pytest.mark.parametrize("name", WRAPPINGS)
@pytest.mark.parametrize("strict", [True, False])
def test_no_document_says_what_was_not_signed(genuine: str, name: str, *, strict: bool) -> None:
    document = WRAPPINGS[name](genuine)
    assert reason(document, strict=strict) in (
        Reason.XML,
        Reason.SCHEMA,
        Reason.COMMENT,
        Reason.SIG_MISSING,
        Reason.SIG_SHAPE,
        Reason.SIG_ALGORITHM,
        Reason.SIG_VALUE,
    )


def test_a_comment_between_elements_does_no_harm(genuine: str) -> None:
    assert verified(enclosed(genuine + "<!-- from the identity provider -->")).id == "_a1"


@pytest.mark.parametrize(
    ("change", "strict_reason", "lax"),
    [
        ({"acs": "https://other.test/saml"}, Reason.DEST, True),
        ({"acs": f"{ACS}/"}, Reason.DEST, True),
        ({"audience": "https://other.test"}, Reason.AUDIENCE, True),
        ({"audience": f"{AUDIENCE} "}, Reason.AUDIENCE, True),
        ({"issuer": "https://other.test"}, Reason.ISSUER, False),
        ({"issuer": f"{IDP} "}, Reason.ISSUER, False),
        ({"subject": ""}, Reason.NAMEID, False),
        ({"ends": NOW - timedelta(seconds=1)}, Reason.TIME, False),
    ],
    ids=str,
)
def test_what_the_profile_demands(change: Any, strict_reason: Reason, *, lax: bool) -> None:
    around = {"acs": change["acs"]} if "acs" in change else {}
    document = enclosed(signed(inside(**change)), **around)
    assert reason(document) is strict_reason
    if lax:
        assert verified(document, strict=False).subject.value == "alice"
    else:
        assert reason(document, strict=False) is strict_reason


def test_the_recipient_is_looked_at_where_the_destination_is_right() -> None:
    document = enclosed(signed(inside(acs="https://other.test/saml")))
    assert reason(document) is Reason.SUBJECT_CONFIRMATION


@pytest.mark.parametrize(
    ("seconds", "fits", "fits_programs"),
    [
        (-181, False, True),
        (-179, True, True),
        (0, True, True),
        (299, True, True),
        (301, False, False),
    ],
)
def test_an_assertion_has_its_time(
    genuine: str, seconds: int, *, fits: bool, fits_programs: bool
) -> None:
    """Within five minutes of issuance at a browser, until its end for a program."""
    now = NOW + timedelta(seconds=seconds)
    for strict, good in ((True, fits), (False, fits_programs)):
        if good:
            assert verified(enclosed(genuine), now=now, strict=strict).id == "_a1"
        else:
            assert reason(enclosed(genuine), now=now, strict=strict) is Reason.TIME


@pytest.mark.parametrize(
    "text", ["2026-11-24T12:00:00", "2026-11-24T12:00:00+00:00", "2026-11-24T24:00:00Z", "now", ""]
)
def test_a_time_is_utc_or_refused(text: str) -> None:
    told = inside().replace('AuthnInstant="2026-11-24T12:00:00Z"', f'AuthnInstant="{text}"')
    assert reason(enclosed(signed(told))) is Reason.TIME


def test_every_audience_restriction_has_to_name_us() -> None:
    another = (
        "<saml:AudienceRestriction><saml:Audience>https://other.test</saml:Audience>"
        "</saml:AudienceRestriction></saml:Conditions>"
    )
    told = inside().replace("</saml:Conditions>", another)
    assert reason(enclosed(signed(told))) is Reason.AUDIENCE


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('Version="2.0" IssueInstant', 'Version="1.1" IssueInstant', Reason.VERSION),
        (f' Format="{responses.PERSISTENT}"', "", Reason.NAMEID),
        ("cm:bearer", "cm:sender-vouches", Reason.SUBJECT_CONFIRMATION),
        ("Recipient=", "NotBefore='2026-11-24T12:00:00Z' Recipient=", Reason.SUBJECT_CONFIRMATION),
        ("saml:AuthnStatement", "saml:Other", Reason.AUTHN),
        ("saml:Conditions", "saml:Other", Reason.AUDIENCE),
    ],
    ids=str,
)
def test_what_must_stand_in_an_assertion(old: str, new: str, why: Reason) -> None:
    told = inside().replace(old, new)
    assert reason(enclosed(signed(told))) is why


def test_a_plain_assertion_is_refused_where_encryption_is_required(genuine: str) -> None:
    assert reason(enclosed(genuine), encryption_required=True) is Reason.ENC


def test_an_answer_to_another_request_is_refused() -> None:
    document = enclosed(signed(inside(answers="_q1")), answers="_q2")
    assert reason(document) is Reason.IRT
    document = enclosed(signed(inside(answers="_q1")), answers="_q1")
    assert verified(document).in_response_to == "_q1"
    assert verified(document, requests=frozenset({"_q1"})).in_response_to == "_q1"
    assert reason(document, requests=frozenset({"_q2"})) is Reason.IRT


def test_the_log_says_how_far_it_came(genuine: str) -> None:
    log = Log()
    with pytest.raises(Refused) as caught:
        response.verify(enclosed(genuine), expected(audiences=frozenset({"x"})), log)
    assert caught.value.check is log.checks[-1]
    assert [check.passed for check in log.checks][-1] is False
    assert all(check.passed for check in log.checks[:-1])
    assert caught.value.check.expected == "x"
    assert caught.value.check.found == AUDIENCE
    assert caught.value.check.remedy
