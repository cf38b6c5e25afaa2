"""Wrapping: a genuine signature beside, around or inside what nobody signed."""

from __future__ import annotations

import copy

from lxml import etree

from federation.checks import Reason
from tests.federation import responses
from tests.federation.saml.catalogue.genuine import (
    NOW,
    SAML,
    SAMLP,
    Case,
    assertion,
    case,
    evil,
    genuine,
    put,
    renamed,
    signature_of,
    text,
    without_signature,
)
from tests.federation.saml.catalogue.signing import sign
from tests.federation.saml.test_encryption import encrypted

ONE, IDS = (Reason.SCHEMA, "One assertion"), (Reason.SCHEMA, "IDs")
SHAPE = (Reason.SIG_SHAPE, "Signature of the Assertion")


def _response_in_its_signature() -> str:
    root = genuine("response")
    original = without_signature(root)
    root.set("ID", "_evil")
    renamed(root)
    signature_of(root).append(original)
    return text(root)


def _response_before_its_signature() -> str:
    root = genuine("response")
    original = without_signature(root)
    root.set("ID", "_evil")
    renamed(root)
    signature_of(root).addprevious(original)
    return text(root)


def _evil_before() -> str:
    root = genuine()
    assertion(root).addprevious(evil(assertion(root)))
    return text(root)


def _signed_inside_evil() -> str:
    root = genuine()
    signed = assertion(root)
    forged = evil(signed)
    root.append(forged)
    forged.append(signed)
    return text(root)


def _evil_keeps_the_signature(where: str) -> str:
    """The live assertion is forged and keeps the signature; the original goes somewhere else."""
    root = genuine()
    live = assertion(root)
    original = without_signature(live)
    renamed(live).set("ID", "_evil")
    if where == "response":
        root.append(original)
    elif where == "signature":
        signature_of(live).append(original)
    else:
        put(signature_of(live), "ds:Object", original)
    return text(root)


def _extension_with_the_same_id() -> str:
    root = genuine()
    put(root, "samlp:Extensions", evil(assertion(root), "_a1"), at=1)
    return text(root)


def _signed_deep_in_evil(path: str, tag: str = "") -> str:
    root = genuine()
    signed = assertion(root)
    forged = evil(signed)
    root.replace(signed, forged)
    if tag:
        put(forged, tag, signed)
    else:
        forged.find(path).append(signed)
    return text(root)


def _signed_in_status() -> str:
    root = genuine()
    signed = assertion(root)
    root.replace(signed, evil(signed))
    put(root.find(f"{{{SAMLP}}}Status"), "samlp:StatusDetail", signed)
    return text(root)


def _beside(identifier: str, *, after: bool, **attributes: str) -> str:
    root = genuine()
    forged = evil(assertion(root), identifier)
    forged.attrib.update(attributes)
    root.insert(len(root) if after else 2, forged)
    return text(root)


def _id_in_another_namespace() -> str:
    root = genuine()
    live = assertion(root)
    original = without_signature(live)
    renamed(live).set("ID", "_evil")
    live.set(f"{{{SAMLP}}}ID", "_a1")
    root.append(original)
    return text(root)


def _two_roots(*, evil_first: bool) -> str:
    good, bad = text(genuine()), text(renamed(genuine()))
    return bad + good if evil_first else good + bad


def _response_in_a_response() -> str:
    signed = genuine("response")
    root = evil(signed)
    root.append(signed)
    return text(root)


def _signature_hoisted() -> str:
    root = genuine()
    signed = assertion(root)
    found = copy.deepcopy(signature_of(signed))
    put(found, "ds:Object", without_signature(signed))
    root.replace(signed, evil(signed))
    root.insert(1, found)
    return text(root)


def _signature_copied_to_evil() -> str:
    root = genuine()
    signed = assertion(root)
    put(root, "samlp:Extensions", without_signature(signed), at=1)
    renamed(signed)
    return text(root)


def _two_that_are_signed() -> str:
    root = genuine()
    other = etree.fromstring(
        responses.assertion({"RoleSessionName": "mallory"}, now=NOW, id="_a2").encode()
    )
    sign(other)
    root.append(other)
    return text(root)


def _encrypted_beside() -> str:
    root = genuine()
    forged = encrypted(text(evil(assertion(root))), kind="rsa3072")
    root.append(etree.fromstring(forged))
    return text(root)


def _attribute_value() -> str:
    return f".//{{{SAML}}}AttributeValue"


CASES: tuple[Case, ...] = (
    case("XSW-01", *ONE, _response_in_its_signature),
    case("XSW-02", *ONE, _response_before_its_signature),
    case("XSW-03", *ONE, _evil_before),
    case("XSW-04", *ONE, _signed_inside_evil),
    case("XSW-05", *ONE, lambda: _evil_keeps_the_signature("response")),
    case("XSW-06", *ONE, lambda: _evil_keeps_the_signature("signature")),
    case("XSW-07", *ONE, _extension_with_the_same_id),
    case("XSW-08", *ONE, lambda: _evil_keeps_the_signature("object")),
    case("XSW-09", *ONE, lambda: _signed_deep_in_evil("", "saml:Advice")),
    case("XSW-10", *ONE, lambda: _signed_deep_in_evil(f".//{{{SAML}}}SubjectConfirmationData")),
    case("XSW-11", *ONE, lambda: _signed_deep_in_evil(_attribute_value())),
    case("XSW-12", *ONE, _signed_in_status),
    case("XSW-13", *ONE, lambda: _beside("_evil", after=True)),
    case("XSW-14", *ONE, lambda: _beside("_a1", after=False)),
    case("XSW-15", *ONE, lambda: _beside("_a1", after=True)),
    case("XSW-16", *ONE, lambda: _beside("_evil", after=False, Id="_a1")),
    case("XSW-17", *ONE, _id_in_another_namespace),
    case("XSW-18", Reason.XML, "XML", lambda: _two_roots(evil_first=False)),
    case("XSW-19", Reason.XML, "XML", lambda: _two_roots(evil_first=True)),
    case("XSW-20", *ONE, _response_in_a_response),
    case("XSW-21", *ONE, _signature_hoisted),
    case("XSW-22", *ONE, _signature_copied_to_evil),
    case("XSW-23", *ONE, _two_that_are_signed),
    case("XSW-24", *ONE, _encrypted_beside),
)
