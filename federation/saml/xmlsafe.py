"""The one reader of XML from outside: everything that is not needed is refused, all is bounded.

OWASP's "XML External Entity Prevention" and "XML Security" cheat sheets name the attacks. A
document is read in pieces, and given up at the first thing that breaks a bound: the time is that of
reading once what came, the memory a small multiple of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

DEEPEST = 64
MOST_NODES = 50_000
MOST_ATTRIBUTES = 100
MOST_NAMESPACES = 1_000
LONGEST = 10_000_000

_PIECE = 1 << 16
_DECLARATION = re.compile(r"<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([^"']*)["']""")
_XINCLUDE = "{http://www.w3.org/2001/XInclude}"
_EVENTS = ("start", "end", "start-ns", "comment", "pi")


class XmlError(ValueError):
    """The document is refused; the text says why, and where if that is known."""


Element = Any
"""An lxml element; the library has no types of its own."""


def parse(text: str, *, longest: int = LONGEST) -> Element:
    """The root element of a document in UTF-8 without document type.

    Raises XmlError for what is no well-formed XML, for a document type declaration, a processing
    instruction, an inclusion, another encoding or a byte order mark, and beyond `longest`
    characters or the bounds of this module. Comments stay; `text_of` reads over them.
    """
    if len(text) > longest:
        raise XmlError(f"the document is longer than {longest} characters")
    _check_start(text)
    try:
        return _read(text.encode())
    except UnicodeEncodeError as problem:
        raise XmlError("the document is not valid UTF-8") from problem
    except etree.XMLSyntaxError as problem:
        raise XmlError(f"the document is not well-formed: {problem.msg}") from problem


def text_of(element: Element) -> str:
    """The whole text of an element that holds only text; XmlError if it holds elements.

    lxml's own `text` ends at the first comment, so that `a<!---->b` would read as `a`.
    """
    pieces = [element.text or ""]
    for child in element:
        if child.tag is not etree.Comment:
            raise XmlError(f"the element {name_of(element)} must hold text alone")
        pieces.append(child.tail or "")
    return "".join(pieces)


def children(element: Element, tag: str) -> Iterator[Element]:
    """The children with this tag, as `{namespace}Name`; not what lies deeper."""
    return iter(element.iterchildren(tag))


def name_of(element: Element) -> str:
    """The name without its namespace, for messages."""
    return str(etree.QName(element).localname)


def described(element: Element) -> str:
    """Name and namespace, for who looks for it."""
    name = etree.QName(element)
    where = f"the namespace {name.namespace[:200]}" if name.namespace else "no namespace"
    return f"{name.localname[:200]} in {where}"


def _check_start(text: str) -> None:
    if text.startswith("\ufeff"):
        raise XmlError("the document begins with a byte order mark")
    # libxml2 would read the declarations of a document type, if only to ignore them later.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise XmlError("a document type declaration is not allowed")
    declaration = _DECLARATION.match(text)
    encoding = _ENCODING.search(declaration[0]) if declaration else None
    if encoding and encoding[1].lower() != "utf-8":
        raise XmlError("the encoding must be UTF-8")


def _read(data: bytes) -> Element:
    # Each option that reaches out or expands is off, also where lxml's default is off today.
    parser: Any = etree.XMLPullParser(
        events=_EVENTS,
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    bounds = _Bounds()
    for start in range(0, len(data), _PIECE):
        parser.feed(data[start : start + _PIECE])
        for event, found in parser.read_events():
            bounds.check(event, found)
    root = parser.close()
    for event, found in parser.read_events():
        bounds.check(event, found)
    if root.getroottree().docinfo.doctype:
        raise XmlError("a document type declaration is not allowed")
    return root


class _Bounds:
    """Counts what was read so far; XmlError at the first that is too much or not allowed."""

    def __init__(self) -> None:
        self.depth = self.nodes = self.namespaces = 0

    def check(self, event: str, found: Any) -> None:
        if event == "start":
            self._start(found)
        elif event == "end":
            self.depth -= 1
        elif event == "start-ns":
            self.namespaces += 1
            _at_most(self.namespaces, MOST_NAMESPACES, "namespace declarations")
        elif event == "comment":
            self._node()
        elif event == "pi":
            raise XmlError("a processing instruction is not allowed")

    def _start(self, element: Element) -> None:
        self.depth += 1
        self._node()
        _at_most(self.depth, DEEPEST, "levels of elements")
        _at_most(len(element.attrib), MOST_ATTRIBUTES, "attributes in one element")
        if element.tag.startswith(_XINCLUDE):
            raise XmlError("an inclusion is not allowed")

    def _node(self) -> None:
        self.nodes += 1
        _at_most(self.nodes, MOST_NODES, "elements and comments")


def _at_most(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise XmlError(f"the document has more than {limit} {what}")
