"""What the provider really signed, and is refused all the same: by the one check at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from federation.checks import Reason
from tests.federation.documents import IDP
from tests.federation.responses import ACS, AUDIENCE, AWS, stamp
from tests.federation.saml.catalogue.genuine import (
    NOW,
    ROLE,
    SAML,
    SAMLP,
    Case,
    assertion,
    case,
    plain,
    put,
    signed_anew,
    text,
)
from tests.federation.saml.catalogue.signing import sign

SUBJECT, RECIPIENT = "Subject confirmation", "Recipient"
CONFIRMATION = Reason.SUBJECT_CONFIRMATION
PAST, FUTURE = NOW - timedelta(minutes=10), NOW + timedelta(minutes=20)


def at(root: Any, name: str) -> Any:
    return root.find(f".//{{{SAML}}}{name}")


def setting(name: str, attribute: str, value: str | None) -> Callable[[Any], None]:
    """A change of one attribute of an element of the assertion; None takes it away."""

    def change(root: Any) -> None:
        element = assertion(root) if name == "Assertion" else at(root, name)
        if value is None:
            del element.attrib[attribute]
        else:
            element.set(attribute, value)

    return change


def telling(name: str, value: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        found = [*root.iter(f"{{{SAML}}}{name}")][-1]
        found.text = value

    return change


def removing(name: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        at(root, name).getparent().remove(at(root, name))

    return change


def set_to(name: str, attribute: str, value: str | None) -> Callable[[], str]:
    return lambda: signed_anew(setting(name, attribute, value))


def told(name: str, value: str) -> Callable[[], str]:
    return lambda: signed_anew(telling(name, value))


def without(name: str) -> Callable[[], str]:
    return lambda: signed_anew(removing(name))


def restricted(root: Any) -> None:
    """A second restriction, which does not name us."""
    inside = put(at(root, "Conditions"), "saml:AudienceRestriction")
    put(inside, "saml:Audience").text = "https://other.test"


def _proxied(root: Any) -> None:
    put(at(root, "Conditions"), "saml:ProxyRestriction")


def _both_signed(change: Callable[[Any], None]) -> str:
    root = plain()
    del root.find(f"{{{SAMLP}}}Status").attrib["ID"]
    sign(assertion(root))
    change(root)
    sign(root)
    return text(root)


def _response(attribute: str, value: str | None) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        if value is None:
            del root.attrib[attribute]
        else:
            root.set(attribute, value)

    return change


def _status(value: str, nested: str = "") -> Callable[[Any], None]:
    def change(root: Any) -> None:
        code = root.find(f"{{{SAMLP}}}Status/{{{SAMLP}}}StatusCode")
        code.set("Value", f"urn:oasis:names:tc:SAML:2.0:status:{value}")
        if nested:
            inside = put(code, "samlp:StatusCode")
            inside.set("Value", f"urn:oasis:names:tc:SAML:2.0:status:{nested}")

    return change


def _no_status(root: Any) -> None:
    root.remove(root.find(f"{{{SAMLP}}}Status"))


def _two_names(root: Any) -> None:
    put(at(root, "Subject"), "saml:NameID", at=0).text = "admin"


def attribute(name: str, *values: str) -> Callable[[Any], None]:
    """One of AWS's attributes, more or anew."""

    def change(root: Any) -> None:
        statement = at(root, "AttributeStatement")
        for found in statement.findall(f"{{{SAML}}}Attribute[@Name='{AWS}{name}']"):
            statement.remove(found)
        added = put(statement, "saml:Attribute")
        added.set("Name", name if ":" in name and "PrincipalTag" not in name else AWS + name)
        for value in values:
            put(added, "saml:AttributeValue").text = value

    return change


def _renamed_attribute(name: str) -> Callable[[Any], None]:
    def change(root: Any) -> None:
        attribute("RoleSessionName")(root)
        at(root, "AttributeStatement")[-1].set("Name", name)
        put(at(root, "AttributeStatement")[-1], "saml:AttributeValue").text = "alice"

    return change


def signed_for(response: str, confirmation: str) -> str:
    def change(root: Any) -> None:
        root.set("InResponseTo", response)
        at(root, "SubjectConfirmationData").set("InResponseTo", confirmation)

    return signed_anew(change)


def _issued_by_another(root: Any) -> None:
    root.find(f"{{{SAML}}}Issuer").text = "https://other.test"


def _each(number: str, reason: Reason, check: str, makes: list[Callable[[], str]]) -> list[Case]:
    return [case(number, reason, check, make) for make in makes]


def _given(number: str, check: str, name: str, *lists: tuple[str, ...]) -> list[Case]:
    makes = [partial(signed_anew, attribute(name, *values)) for values in lists]
    return _each(number, Reason.ATTR, check, list(makes))


RECIPIENTS = [
    "https://other.test/saml",
    f"{ACS}/../evil",
    f"{ACS}?x",
    f"{ACS}#",
    ACS.replace("http:", "https:"),
    ACS.replace(":8000", ":80"),
    ACS.replace("127.0.0.1", "127.0.0.1."),
    ACS.upper(),
]
AUDIENCES = [f"{AUDIENCE}.evil", f"{AUDIENCE}/", AUDIENCE.upper(), f"{AUDIENCE} ", f" {AUDIENCE}"]
TIMES = [
    *("2026-11-24T12:00:00", "2026-11-24T12:00:00+14:00", "2026-11-24T24:00:00Z"),
    *("2026-11-24T12:00:60Z", "2026-11-24T12:00:00.0123456789Z", "12026-11-24T12:00:00Z"),
    *("10000-01-01T00:00:00Z", "2026-11-24 12:00:00Z", "2026-11-24T12:00:00z", "tomorrow", ""),
]
CASES: tuple[Case, ...] = (
    case("PRO-01", Reason.TIME, "Conditions", set_to("Conditions", "NotOnOrAfter", stamp(PAST))),
    case("PRO-02", Reason.TIME, "Conditions", set_to("Conditions", "NotBefore", stamp(FUTURE))),
    case("PRO-03", Reason.AUDIENCE, "Conditions", without("Conditions")),
    case("PRO-04", Reason.AUDIENCE, "Audience", without("AudienceRestriction")),
    case("PRO-05", Reason.AUDIENCE, "Audience", told("Audience", "https://other.test")),
    *_each("PRO-06", Reason.AUDIENCE, "Audience", [told("Audience", one) for one in AUDIENCES]),
    case("PRO-07", Reason.AUDIENCE, "Audience", lambda: signed_anew(restricted)),
    case(
        "PRO-08",
        CONFIRMATION,
        RECIPIENT,
        set_to("SubjectConfirmationData", RECIPIENT, RECIPIENTS[0]),
    ),
    *_each(
        "PRO-09",
        CONFIRMATION,
        RECIPIENT,
        [set_to("SubjectConfirmationData", RECIPIENT, one) for one in RECIPIENTS],
    ),
    case("PRO-10", CONFIRMATION, SUBJECT, set_to("SubjectConfirmationData", RECIPIENT, None)),
    # AWS has an error of its own for what is over, so this is a matter of time.
    case(
        "PRO-11",
        Reason.TIME,
        SUBJECT,
        set_to("SubjectConfirmationData", "NotOnOrAfter", stamp(PAST)),
    ),
    case("PRO-12", CONFIRMATION, SUBJECT, set_to("SubjectConfirmationData", "NotOnOrAfter", None)),
    case("PRO-13", CONFIRMATION, SUBJECT, without("SubjectConfirmation")),
    *(
        case(number, CONFIRMATION, SUBJECT, set_to("SubjectConfirmation", "Method", method))
        for number, method in (
            ("PRO-14", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
            ("PRO-15", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
        )
    ),
    case("PRO-16", Reason.IRT, "InResponseTo", lambda: signed_for("_q2", "_q2")),
    case("PRO-17", Reason.IRT, "InResponseTo", lambda: signed_for("_q1", "_q2")),
    case(
        "PRO-18",
        Reason.DEST,
        "Destination",
        lambda: _both_signed(_response("Destination", "https://other.test/saml")),
    ),
    case(
        "PRO-19", Reason.DEST, "Destination", lambda: _both_signed(_response("Destination", None))
    ),
    case(
        "PRO-32",
        Reason.DEST,
        "Destination",
        lambda: signed_anew(_response("Destination", f"{ACS}x")),
    ),
    *_each(
        "PRO-20",
        Reason.ISSUER,
        "Issuer",
        [
            *(told("Issuer", one) for one in ("https://other.test", f"{IDP} ", IDP.upper(), "")),
            lambda: signed_anew(
                lambda root: assertion(root)[0].set("Format", "urn:oasis:names:tc:SAML:2.0:x")
            ),
        ],
    ),
    case("PRO-21", Reason.ISSUER, "Issuer", lambda: _both_signed(_issued_by_another)),
    *_each(
        "PRO-22",
        Reason.VERSION,
        "Version of the Assertion",
        [set_to("Assertion", "Version", one) for one in ("1.1", "2.1", "", " 2.0")],
    ),
    case("PRO-23", Reason.STATUS, "Status", lambda: signed_anew(_status("Responder"))),
    case("PRO-24", Reason.STATUS, "Status", lambda: signed_anew(_no_status)),
    case("PRO-24", Reason.STATUS, "Status", lambda: signed_anew(_status("Responder", "Success"))),
    case("PRO-25", Reason.AUTHN, "AuthnStatement", without("AuthnStatement")),
    case(
        "PRO-26",
        Reason.TIME,
        "SessionNotOnOrAfter",
        set_to("AuthnStatement", "SessionNotOnOrAfter", stamp(PAST)),
    ),
    case(
        "PRO-26",
        Reason.AUTHN,
        "AuthnInstant",
        set_to("AuthnStatement", "AuthnInstant", stamp(FUTURE)),
    ),
    case("PRO-27", Reason.NAMEID, "NameID", told("NameID", "")),
    case("PRO-28", Reason.NAMEID, "NameID", without("NameID")),
    case("PRO-28", Reason.NAMEID, "Subject", without("Subject")),
    case("PRO-29", Reason.NAMEID, "NameID", lambda: signed_anew(_two_names)),
    *_given("PRO-30", "RoleSessionName", "RoleSessionName", ("alice", "admin")),
    *_each(
        "PRO-30",
        Reason.ATTR,
        "RoleSessionName",
        [
            partial(signed_anew, _renamed_attribute(name))
            for name in (f"{AWS}rolesessionname", f"{AWS}RoleSessionName ", "RoleSessionName")
        ],
    ),
    case(
        "PRO-31", CONFIRMATION, SUBJECT, set_to("SubjectConfirmationData", "NotBefore", stamp(NOW))
    ),
    *_each(
        "PRO-33", Reason.TIME, "Times", [set_to("Conditions", "NotOnOrAfter", one) for one in TIMES]
    ),
    case("PRO-35", Reason.SCHEMA, "Conditions", lambda: signed_anew(_proxied)),
    case(
        "PRO-39",
        Reason.TIME,
        "Redeemed within 5 minutes",
        set_to("Assertion", "IssueInstant", stamp(NOW - timedelta(seconds=301))),
    ),
    *_given(
        "ROL-03", "Role attribute", "Role", (), (ROLE.replace(",", ";"),), (ROLE.upper(),), ("",)
    ),
    *_given(
        "ROL-04",
        "RoleSessionName",
        "RoleSessionName",
        ("a",),
        ("a" * 65,),
        ("a b",),
        ("\u00e4bc",),
        (),
    ),
    *_given(
        "ROL-05",
        "SessionDuration",
        "SessionDuration",
        *((one,) for one in ("0", "899", "43201", "3600.0", " 900", "9e2", "-900", "")),
    ),
    *_given(
        "ROL-06", "SourceIdentity", "SourceIdentity", ("aws:x",), ("AWS:x",), ("a b",), ("a", "b")
    ),
)
