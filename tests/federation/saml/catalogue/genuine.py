"""What the identity provider really signed, to be turned inside out; and the verifier's setting."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from lxml import etree

from federation.checks import Log, Reason
from federation.saml import response
from federation.saml.response import Assertion, Expected
from tests.federation import responses
from tests.federation.documents import DS, IDP, certificate, private_key
from tests.federation.responses import ACS, AUDIENCE
from tests.federation.saml.catalogue.signing import sign

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
ROLE = "arn:aws:iam::123456789012:role/ops,arn:aws:iam::123456789012:saml-provider/Corp"
GIVEN = {"Role": ROLE, "RoleSessionName": "alice"}


@dataclass(frozen=True)
class Case:
    """A hostile document under its number, and the check that has to refuse it."""

    number: str
    make: Callable[[], str]
    reason: Reason
    check: str


def case(number: str, reason: Reason, check: str, make: Callable[[], str]) -> Case:
    return Case(number, make, reason, check)


def expected(**more: Any) -> Expected:
    plain = Expected(
        issuer=IDP,
        certificates=(x509.load_der_x509_certificate(certificate(kind="rsa")),),
        private_keys=(private_key("rsa3072"),),
        encryption_required=False,
        acs=frozenset({ACS}),
        audiences=frozenset({AUDIENCE}),
        now=NOW,
        strict=True,
        requests=frozenset({"_q1"}),
    )
    return replace(plain, **more)


def verified(document: str, **more: Any) -> Assertion:
    return response.verify(document, expected(**more), Log())


def plain(**more: Any) -> Any:
    """A response to our request `_q1`; nothing of it is signed yet."""
    inside = responses.assertion(GIVEN, now=NOW, **{"id": "_a1", "answers": "_q1", **more})
    whole = responses.enclosed(inside, answers=more.get("answers", "_q1"))
    root = etree.fromstring(whole.encode())
    root.set("ID", "_r1")
    root.find(f"{{{SAMLP}}}Status").set("ID", "_st")
    return root


@cache
def _signed(element: str) -> str:
    root = plain()
    del root.find(f"{{{SAMLP}}}Status").attrib["ID"]
    sign(assertion(root) if element == "assertion" else root)
    return text(root)


def genuine(element: str = "assertion") -> Any:
    """The response as it was sent, its `assertion` or the `response` itself signed."""
    return etree.fromstring(_signed(element).encode())


def signed_anew(change: Callable[[Any], None], **form: Any) -> str:
    """A response that the provider itself signed after the change of its root."""
    root = plain()
    del root.find(f"{{{SAMLP}}}Status").attrib["ID"]
    change(root)
    sign(assertion(root), **form)
    return text(root)


def assertion(root: Any) -> Any:
    return root.find(f"{{{SAML}}}Assertion")


def signature_of(element: Any) -> Any:
    return element.find(f"{{{DS}}}Signature")


def without_signature(element: Any) -> Any:
    bare = copy.deepcopy(element)
    bare.remove(signature_of(bare))
    return bare


def evil(element: Any, identifier: str = "_evil") -> Any:
    """A copy for `admin` that nobody signed."""
    forged = copy.deepcopy(element)
    found = signature_of(forged)
    if found is not None:
        forged.remove(found)
    forged.set("ID", identifier)
    return renamed(forged)


def renamed(element: Any, name: str = "admin") -> Any:
    element.find(f".//{{{SAML}}}NameID").text = name
    return element


def put(parent: Any, tag: str, *inside: Any, at: int = -1) -> Any:
    """A new element `prefix:Name`, at the end or at a place, with others in it."""
    prefix, _colon, name = tag.partition(":")
    namespace = {"saml": SAML, "samlp": SAMLP, "ds": DS}[prefix]
    element = etree.Element(f"{{{namespace}}}{name}", nsmap={prefix: namespace})
    element.extend(inside)
    parent.insert(len(parent) if at < 0 else at, element)
    return element


def text(root: Any) -> str:
    return str(etree.tostring(root).decode())
