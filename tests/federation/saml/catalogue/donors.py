"""Genuine signatures over something else, and namespaces that look alike."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from federation.checks import Reason
from tests.federation import responses
from tests.federation.responses import enclosed
from tests.federation.saml.catalogue.genuine import (
    NOW,
    SAML,
    SAMLP,
    Case,
    assertion,
    case,
    evil,
    genuine,
    plain,
    put,
    renamed,
    signature_of,
    text,
)
from tests.federation.saml.catalogue.signing import sign

ONE, IDS = (Reason.SCHEMA, "One assertion"), (Reason.SCHEMA, "IDs")


def _alike(namespace: str) -> str:
    root = genuine()
    forged = text(evil(assertion(root))).replace(f'"{SAML}"', f'"{namespace}"')
    if not namespace:
        forged = forged.replace("saml:", "").replace(' xmlns:saml=""', "")
    return text(root).replace("</samlp:Status>", f"</samlp:Status>{forged}", 1)


def _xml_id() -> str:
    root = genuine()
    assertion(root).set("{http://www.w3.org/XML/1998/namespace}id", "_a1x")
    return text(root)


def _rebound_prefix() -> str:
    """`ds` is somebody else's namespace; the real one stands under another prefix."""
    whole = text(genuine()).replace("ds:", "x:").replace("xmlns:ds=", "xmlns:x=")
    return whole.replace("<samlp:Response ", '<samlp:Response xmlns:ds="urn:other" ', 1).replace(
        "</saml:Issuer><x:Signature", "</saml:Issuer><ds:Signature/><x:Signature", 1
    )


def _donor(element: str = "response") -> Any:
    """What the provider signed for somebody: an error, metadata, a logout."""
    ns, name = {"metadata": (f"{SAML[:-9]}metadata", "EntityDescriptor")}.get(
        element, (SAMLP, element)
    )
    donor = etree.fromstring(
        f'<d:{name} xmlns:d="{ns}" ID="_d1" Version="2.0"><saml:Issuer xmlns:saml="{SAML}"/>'
        f"</d:{name}>"
    )
    sign(donor)
    return donor


def _error_response() -> Any:
    root = plain()
    root.remove(assertion(root))
    code = root.find(f"{{{SAMLP}}}Status/{{{SAMLP}}}StatusCode")
    code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    sign(root)
    return root


def _forged() -> Any:
    return evil(assertion(plain()))


def _forged_in(part: str) -> str:
    root = _error_response()
    put(signature_of(root), part, _forged())
    return text(root)


def _decoy_signature() -> str:
    root = _error_response()
    decoy = copy.deepcopy(signature_of(root))
    put(decoy, "ds:Object", _forged())
    root.insert(1, decoy)
    return text(root)


def _donor_in_extensions(element: str) -> str:
    root = plain()
    renamed(root)
    put(root, "samlp:Extensions", _donor(element), at=1)
    return text(root)


def _forged_in_object(element: str) -> str:
    root = genuine(element)
    holder = root if element == "response" else assertion(root)
    put(signature_of(holder), "ds:Object", _forged())
    return text(root)


def _forged_after_an_error() -> str:
    root = _error_response()
    root.append(_forged())
    return text(root)


def _of_another_service() -> str:
    other = responses.assertion(
        {}, now=NOW, id="_a1", answers="_q1", audience="https://other.test/saml"
    )
    root = etree.fromstring(enclosed(other, answers="_q1").encode())
    sign(assertion(root))
    return text(root)


CASES: tuple[Case, ...] = (
    case("DON-01", Reason.SCHEMA, "One assertion", lambda: _forged_in("ds:Object")),
    case("DON-02", *ONE, _decoy_signature),
    case("DON-03", *ONE, lambda: _forged_in("ds:KeyInfo")),
    case(
        "DON-04",
        Reason.SIG_MISSING,
        "Signature of the Assertion",
        lambda: _donor_in_extensions("metadata"),
    ),
    case(
        "DON-05",
        Reason.SIG_MISSING,
        "Signature of the Assertion",
        lambda: _donor_in_extensions("LogoutRequest"),
    ),
    case("DON-06", *ONE, lambda: _forged_in_object("response")),
    case("DON-07", *ONE, lambda: _forged_in_object("assertion")),
    case("DON-08", Reason.STATUS, "Status", _forged_after_an_error),
    case("DON-09", Reason.AUDIENCE, "Audience", _of_another_service),
    case("NSP-01", Reason.XML, "XML", lambda: _alike(f"{SAML} ")),
    case("NSP-01", Reason.SCHEMA, "Elements of the response", lambda: _alike(SAML.upper())),
    case(
        "NSP-01",
        Reason.SCHEMA,
        "Elements of the response",
        lambda: _alike("urn:oasis:names:tc:SAML:1.0:assertion"),
    ),
    case("NSP-02", Reason.SCHEMA, "Elements of the response", lambda: _alike("")),
    case("NSP-03", *IDS, _xml_id),
    case("NSP-04", Reason.SIG_SHAPE, "Signature of the Assertion", _rebound_prefix),
)
