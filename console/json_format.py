"""Indents JSON (RFC 8259) and changes no other letter, no spelling and no key that stands twice."""

from __future__ import annotations

import json
import re
from itertools import pairwise

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_STEP = "  "


def indented(text: str) -> str:
    """The text over lines of its own. Raises ValueError for what is no JSON."""
    json.loads(text)
    tokens = _TOKEN.findall(text)
    out, depth = [], 0
    for token, following in pairwise([*tokens, ""]):
        if token in "}]":
            depth -= 1
        elif token in "{[":
            depth += 1
        out.append(token + _gap(token, following, depth))
    return "".join(out)


def _gap(token: str, following: str, depth: int) -> str:
    """What stands between two tokens; an empty list or object stays on its line."""
    if token == ":":
        return " "
    opens, closes = token in "{[", following in ("}", "]")
    if opens and closes:
        return ""
    if opens or token == ",":
        return f"\n{_STEP * depth}"
    return f"\n{_STEP * (depth - 1)}" if closes else ""
