"""What comes from outside is read once, within bounds, and nothing in it reaches out."""

from __future__ import annotations

from contextlib import suppress

import pytest

from federation.saml import xmlsafe
from federation.saml.xmlsafe import XmlError
from tests.bounded import processor_seconds


def attributes(count: int, name: str = "a") -> str:
    return " ".join(f"{name}{number}='u'" for number in range(count))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "empty": ("", "not well-formed"),
    "no XML": ("hello", "not well-formed"),
    "cut off": ("<r><a>", "not well-formed"),
    "two roots": ("<r/><r/>", "not well-formed"),
    "text after": ("<r/>x", "not well-formed"),
    "document type": ("<!DOCTYPE r><r/>", "document type"),
    "document type after a comment": ("<!-- --><!DOCTYPE r []><r/>", "document type"),
    "billion laughs": (f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><r>&l9;</r>', "document type"),
    "quadratic blow-up": (
        f'<!DOCTYPE r [<!ENTITY a "{"a" * 5000}">]><r>{"&a;" * 5000}</r>',
        "document type",
    ),
    "external entity": (
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        "document type",
    ),
    "parameter entity": (
        '<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd">%x;]><r/>',
        "document type",
    ),
    "external subset": ('<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><r/>', "document type"),
    "undeclared entity": ("<r>&x;</r>", "not well-formed"),
    "inclusion": (
        '<r xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></r>',
        "inclusion",
    ),
    "processing instruction": ('<?xml-stylesheet href="http://x"?><r/>', "processing instruction"),
    "processing instruction inside": ("<r><?php x?></r>", "processing instruction"),
    "processing instruction after": ("<r/><?x y?>", "processing instruction"),
    "byte order mark": ("\ufeff<r/>", "byte order mark"),
    "UTF-16": ('<?xml version="1.0" encoding="UTF-16"?><r/>', "encoding"),
    "UTF-7": ("<?xml version='1.0' encoding='UTF-7'?><r>+ADw-</r>", "encoding"),
    "Latin-1": ('<?xml version="1.0" encoding = "iso-8859-1"?><r/>', "encoding"),
    "UTF-16 read as text": ("<\0r\0/\0>\0", "not well-formed"),
    "NUL": ("<r>\0</r>", "not well-formed"),
    "control character": ("<r>\x01</r>", "not well-formed"),
    "reference to NUL": ("<r>&#0;</r>", "not well-formed"),
    "lone surrogate": ("<r>\ud800</r>", "UTF-8"),
    "undeclared prefix": ("<a:r/>", "not well-formed"),
    "attribute twice": ('<r a="1" a="2"/>', "not well-formed"),
    "too deep": ("<a>" * 65 + "</a>" * 65, "more than 64 levels"),
    "100,000 deep": ("<a>" * 100_000 + "</a>" * 100_000, "depth|levels"),
    "too many elements": (f"<r>{'<a/>' * 50_000}</r>", "more than 50000 elements"),
    "two million elements": (f"<r>{'<a/>' * 2_000_000}</r>", "more than 50000 elements"),
    "too many attributes": (
        f"<r {attributes(101)}/>",
        "more than 100 attributes",
    ),
    "too many namespaces": (
        f"<r {attributes(1001, 'xmlns:a')}/>",
        "more than 1000 namespace",
    ),
    "too long": (f"<r>{'a' * 10_000_000}</r>", "longer than 10000000"),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(XmlError, match=reason):
        xmlsafe.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        f"<r a='{'a' * 9_999_000}'/>",
        f"<r>{'&#65;' * 1_900_000}</r>",
        f"<r {attributes(400_000)}/>",
        f"<r>{'<!---->' * 1_400_000}</r>",
        "<a" * 4_000_000,
    ],
    ids=["attribute", "references", "attributes", "comments", "open tags"],
)
def test_ten_million_characters_are_read_or_refused_in_seconds(text: str) -> None:
    with processor_seconds(30), suppress(XmlError):
        xmlsafe.parse(text)


def test_what_is_within_the_bounds_is_read() -> None:
    root = xmlsafe.parse(
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
        f"<!-- x --><r {attributes(100)}>{'<a/>' * 49_998}</r>"
    )
    assert len(root) == 49_998
    assert xmlsafe.parse("<a>" * 64 + "</a>" * 64).tag == "a"


def test_a_comment_does_not_end_a_text() -> None:
    root = xmlsafe.parse("<r>admin<!-- x -->@example<!---->.com<![CDATA[.evil]]></r>")
    assert xmlsafe.text_of(root) == "admin@example.com.evil"


def test_a_text_with_elements_in_it_is_refused() -> None:
    with pytest.raises(XmlError, match="must hold text alone"):
        xmlsafe.text_of(xmlsafe.parse("<r>a<b/>c</r>"))
