"""What every page is held to besides its queries: valid HTML, weight, size and structure.

Sections 6.1 (A12, A17) and 6.3 (W4, W5, W6, W9, W10, W15) of the console's design.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from justhtml import JustHTML

from console.middleware import CONTENT_SECURITY_POLICY
from tests.every_page.walk import Shown

ELEMENTS, BYTES = 1500, 15 * 1024
_LOADS, _OURS = ("src", "srcset", "href", "poster", "data"), ("/", "#", "data:image/")
_HEADINGS = "//main//*[self::h1 or self::h2 or self::h3 or self::h4]"


def faults(shown: Shown) -> list[str]:
    """Empty for a page that is as it should be."""
    page, document = shown.page, shown.document
    syntax = [str(error) for error in JustHTML(page.decode(), collect_errors=True).errors]
    return [
        *syntax,
        *_weight(page, document),
        *_landmarks(document),
        *_headings(document),
        *_own_parts_only(shown),
    ]


def _weight(page: bytes, document: Any) -> Iterator[str]:
    packed, elements = len(gzip.compress(page, mtime=0)), len(document.xpath("//*"))
    if packed > BYTES:
        yield f"{packed} bytes packed"
    if elements > ELEMENTS:
        yield f"{elements} elements"


def _landmarks(document: Any) -> Iterator[str]:
    if not document.get("lang"):
        yield "no language"
    if len(document.xpath("//main[@id='main']")) != 1:
        yield "not one main"
    links = document.xpath("//body//a[@href]")
    if not links or links[0].get("href") != "#main":
        yield "the first link does not skip to the content"
    for number, times in Counter(document.xpath("//@id")).items():
        if times > 1:
            yield f"the id {number} {times} times"
    known = set(document.xpath("//@id"))
    for told in document.xpath("//@aria-describedby | //@aria-labelledby | //@for"):
        yield from (f"{one} is named and not there" for one in told.split() if one not in known)


def _headings(document: Any) -> Iterator[str]:
    levels = [int(one.tag[1]) for one in document.xpath(_HEADINGS)]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of level 1"
    if any(below - above > 1 for above, below in pairwise(levels)):
        yield f"headings skip a level: {levels}"


def _own_parts_only(shown: Shown) -> Iterator[str]:
    """Nothing inline, nothing from elsewhere, no picture but the drawings of the sprite."""
    if shown.policy != CONTENT_SECURITY_POLICY:
        yield f"the policy is {shown.policy}"
    for one in shown.document.iter():
        if one.tag == "style" or (one.tag == "script" and not one.get("src")):
            yield f"an inline <{one.tag}>"
        for name, value in one.items():
            if name == "style" or name.startswith("on"):
                yield f"an inline {name}="
            if name in _LOADS and one.tag != "a" and not value.startswith(_OURS):
                yield f"{one.tag} takes {value}"
