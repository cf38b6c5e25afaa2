"""Texts that two readers read differently, document types, and documents made to exhaust."""

from __future__ import annotations

import base64
from typing import Any

from lxml import etree

from federation.checks import Reason
from tests.federation.saml.catalogue.genuine import (
    ROLE,
    SAML,
    SAMLP,
    Case,
    case,
    genuine,
    signed_anew,
    text,
)
from tests.federation.saml.catalogue.listening import address

XML, COMMENT = (Reason.XML, "XML"), (Reason.COMMENT, "Comments")
NAMEID = (Reason.NAMEID, "NameID")


def name_id(root: Any) -> Any:
    return root.find(f".//{{{SAML}}}NameID")


def named(name: str) -> str:
    """A response that the provider signed for exactly this name."""

    def change(root: Any) -> None:
        name_id(root).text = name

    return signed_anew(change)


def _cut(name: str, whole: str, *, cut: str) -> str:
    """Signed for `whole`; then something is put into the text that canonical form leaves out."""
    return named(whole).replace(f">{whole}<", f">{name}{cut}{whole[len(name) :]}<", 1)


def _attribute_cut(value: str, cut: str) -> str:
    document = text(genuine())
    return document.replace(f">{value}<", f">{value[:4]}{cut}{value[4:]}<", 1)


def _child() -> str:
    def change(root: Any) -> None:
        name_id(root).text = None
        etree.SubElement(name_id(root), "admin").text = "admin"

    return signed_anew(change)


def _with_type(declaration: str, body: str = "") -> str:
    return declaration + (body or text(genuine()))


def _laughs() -> str:
    levels = "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' if level else '<!ENTITY l0 "ha">'
        for level in range(10)
    )
    return _entity(f"<!DOCTYPE x [{levels}]>", "&l9;")


def _quadratic() -> str:
    big = "a" * 50_000
    return _entity(f'<!DOCTYPE x [<!ENTITY b "{big}">]>', "&b;" * 2_000)


def _entity(declaration: str, used: str) -> str:
    return declaration + text(genuine()).replace(">alice<", f">{used}<", 1)


def _hidden_type() -> str:
    """CVE-2025-25291: for one reader all that follows is in a quoted identifier."""
    start = """<!DOCTYPE r SYSTEM 'x"><!--'>"""
    return start + text(genuine()).replace(">alice<", "><![CDATA[-->admin<!--]]>--><", 1)


def _nested(levels: int) -> str:
    return text(genuine()).replace(">alice<", f">{'<a>' * levels}{'</a>' * levels}<", 1)


def _attributes(count: int) -> str:
    many = " ".join(f'a{number}=""' for number in range(count))
    return text(genuine()).replace("<saml:Assertion ", f"<saml:Assertion {many} ", 1)


def _elements(count: int) -> str:
    return text(genuine()).replace(">alice<", f">{'<a/>' * count}<", 1)


def _namespaces(count: int) -> str:
    many = " ".join(f'xmlns:n{number}="urn:{number}"' for number in range(count))
    return text(genuine()).replace("<saml:Assertion ", f"<saml:Assertion {many} ", 1)


def _base64_in_base64() -> str:
    return base64.b64encode(text(genuine()).encode()).decode()


def _inclusion() -> str:
    into = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text"'
    return text(genuine()).replace(">alice<", f'>{into} href="file:///etc/hostname"/><', 1)


def _other_encoding(name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>' + text(genuine())


def _large() -> str:
    return text(genuine()) + " " * 10_000_000


def _attribute_type(what: str) -> str:
    return _with_type(f"<!DOCTYPE x [<!ATTLIST a:Assertion {what}>]>")


SYSTEM = "<!DOCTYPE x SYSTEM '{}'>"
CASES: tuple[Case, ...] = (
    case("TXT-01", *COMMENT, lambda: _cut("admin", "adminXevil", cut="<!---->")),
    case("TXT-02", *COMMENT, lambda: _cut("", "adminXevil", cut="<!-- x -->")),
    case("TXT-04", *XML, lambda: _cut("admin", "adminXevil", cut="<?p not-an-?>")),
    case("TXT-05", *COMMENT, lambda: _attribute_cut("alice", "<!---->")),
    case("TXT-05", *COMMENT, lambda: _attribute_cut(ROLE, "<!---->")),
    case("TXT-05", *XML, lambda: _attribute_cut("alice", "<?x?>")),
    case("TXT-06", *XML, _child),
    case("TXT-09", *XML, lambda: text(genuine()).replace(">alice<", ">&#0;<", 1)),
    case("TXT-10", *NAMEID, lambda: named("")),
    case("TXT-10", *NAMEID, lambda: named(" \n ")),
    case("TXT-11", *NAMEID, lambda: named("a" * 10_240)),
    case("DTD-01", *XML, lambda: _with_type("<!DOCTYPE Response>")),
    case("DTD-02", *XML, _laughs),
    case(
        "DTD-03",
        *XML,
        lambda: _entity('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "&e;"),
    ),
    case(
        "DTD-03", *XML, lambda: _entity(f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address()}">]>', "&e;")
    ),
    case(
        "DTD-03", *XML, lambda: _with_type(f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{address()}"> %e;]>')
    ),
    case("DTD-03", *XML, lambda: _with_type(SYSTEM.format(address()))),
    case("DTD-04", *XML, lambda: _entity('<!DOCTYPE x [<!ENTITY e "alice">]>', "&e;")),
    case(
        "DTD-04",
        *XML,
        lambda: _with_type(
            '<!DOCTYPE x [<!ENTITY x "_a1">]>', text(genuine()).replace('ID="_a1"', 'ID="&x;"', 1)
        ),
    ),
    case("DTD-05", *XML, lambda: _attribute_type("ID ID #IMPLIED")),
    case("DTD-05", *XML, lambda: _attribute_type('Version CDATA "2.0"')),
    case("NSP-05", *XML, lambda: _attribute_type(f'xmlns CDATA "{SAMLP}"')),
    case("DTD-06", *XML, _hidden_type),
    *(
        case("DTD-07", *XML, lambda name=name: _other_encoding(name))  # type: ignore[misc]
        for name in ("UTF-16", "UTF-7", "UTF-32", "IBM037", "ISO-8859-1")
    ),
    case("DTD-07", *XML, lambda: "\ufeff" + text(genuine())),
    case("DTD-07", *XML, lambda: "\ufeff\ufeff" + text(genuine())),
    case("DTD-07", *XML, lambda: "\0".join(text(genuine()))),
    case("DTD-08", *XML, _quadratic),
    case("DOS-01", *XML, lambda: _nested(20_000)),
    case("DOS-02", *XML, lambda: _attributes(20_000)),
    case("DOS-03", *XML, _large),
    case("DOS-04", *XML, lambda: _elements(60_000)),
    case("DOS-05", *XML, lambda: _namespaces(10_000)),
    case("DOS-06", *XML, _base64_in_base64),
    case("DOS-08", *XML, _inclusion),
)
