"""The values of conditions and resources, as the reference evaluator compares them."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeAlias

Values: TypeAlias = str | tuple[str, ...]
Glyph: TypeAlias = tuple[str, bool]
"""A UTF-16 unit and whether it may be a wildcard."""


def units(text: str) -> list[str]:
    coded = text.encode("utf-16-le", "surrogatepass")
    return [coded[place : place + 2].hex() for place in range(0, len(coded), 2)]


STAR, MARK, COLON = units("*")[0], units("?")[0], units(":")[0]


def glyphs(text: str, special: bool = True) -> list[Glyph]:
    return [(unit, special) for unit in units(text)]


def plain(pattern: list[Glyph]) -> str:
    """The text of a pattern, wildcards being characters."""
    return bytes.fromhex("".join(unit for unit, _ in pattern)).decode("utf-16-le", "surrogatepass")


def like(pattern: list[Glyph], text: str) -> bool:
    """`*` is any number of units, `?` is one, all else is itself."""
    return _like(pattern, units(text))


def _like(pattern: list[Glyph], text: list[str]) -> bool:
    reached = {0}
    for unit, special in pattern:
        if special and unit == STAR:
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        else:
            any_unit = special and unit == MARK
            reached = {
                at + 1 for at in reached if at < len(text) and (any_unit or text[at] == unit)
            }
    return len(text) in reached


def value_of(key: str, context: Mapping[str, Values]) -> Values | None:
    """Key names are the same in any case, two spellings are many values, an empty list is none."""
    found = [value for name, value in context.items() if name.lower() == key.lower()]
    given = [value for value in found if value != ()]
    if len(given) < 2:
        return given[0] if given else None
    return tuple(one for value in given for one in ([value] if isinstance(value, str) else value))


def replaced(text: str, context: Mapping[str, Values], replaces: bool) -> list[Glyph] | None:
    """Variables replaced by literal text; nothing when one has no single value."""
    parts = variables_in(text) if replaces else [text]
    pattern: list[Glyph] = []
    for part in parts or []:
        if isinstance(part, str):
            pattern += glyphs(part)
            continue
        value = _variable(*part, context)
        if value is None:
            return None
        pattern += glyphs(value, special=False)
    return pattern


def _variable(key: str, default: str | None, context: Mapping[str, Values]) -> str | None:
    if key in ("*", "?", "$"):
        return key
    value = value_of(key, context)
    if value is None:
        return default
    return value if isinstance(value, str) else None


def variables_in(text: str) -> list[str | tuple[str, str | None]] | None:
    """Plain stretches and variables (key and default) in turn; nothing if one cannot be read."""
    before, opening, rest = text.partition("${")
    if not opening:
        return [before]
    key = rest[:1]
    if key not in ("*", "?", "$"):
        key = rest[: next((at for at, one in enumerate(rest) if one in "{}$*?'\","), len(rest))]
    after, default = rest[len(key) :], None
    if after.startswith(","):
        quote = after[1:].lstrip(" ")
        if not quote.startswith("'") or "'" not in quote[1:] or key in ("*", "?", "$"):
            return None
        default, _, after = quote[1:].partition("'")
    tail = variables_in(after[1:]) if after.startswith("}") else None
    if tail is None or not key or key != key.strip():
        return None
    return [before, (key, default), *tail]


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


# --- the types -----------------------------------------------------------------------------------


def can_be_read(base: str, text: str) -> bool:
    """Whether a value of a policy is of the operator's type; a variable may bring an ARN."""
    if base.startswith("Numeric"):
        return number(text) is not None
    if base.startswith("Date"):
        return moment(text) is not None
    if base in ("Bool", "Null"):
        return text.lower() in ("true", "false")
    if base.startswith("Binary"):
        return decoded(text) is not None
    if "Ip" in base:
        return is_network(text)
    return "Arn" not in base or "${" in text or len(text.split(":")) >= 6


def can_be_compared(base: str, asked: str) -> bool:
    """What is no address, no ARN or no date matches neither an operator nor its negation."""
    if "Ip" in base:
        return address(asked) is not None
    if "Arn" in base:
        return asked.startswith("arn:") and len(asked.split(":")) >= 6
    return "Date" not in base or moment(asked) is not None


def fits(operator: str, asked: str, wanted: list[Glyph]) -> bool:
    text = plain(wanted)
    if operator == "StringLike":
        return like(wanted, asked)
    if operator == "StringEquals":
        return asked == text
    if operator == "StringEqualsIgnoreCase":
        return asked.lower() == text.lower()
    if operator == "Bool":
        return (asked.lower() == "true") == (text.lower() == "true")
    if operator == "BinaryEquals":
        return decoded(asked) is not None and decoded(asked) == decoded(text)
    if operator == "IpAddress":
        return in_network(asked, text)
    if operator.startswith("Arn"):
        return arn_like(asked, wanted)
    if operator.startswith("Numeric"):
        return compared(operator.removeprefix("Numeric"), number(asked), number(text))
    return compared(operator.removeprefix("Date"), moment(asked), moment(text))


def compared(how: str, one: Any, other: Any) -> bool:
    if one is None or other is None:
        return False
    if how == "Equals":
        return bool(one == other)
    if how.startswith("LessThan"):
        return bool(one < other or (how.endswith("Equals") and one == other))
    return bool(one > other or (how.endswith("Equals") and one == other))


def number(text: str) -> Fraction | None:
    if not text or set(text) - set("0123456789.+-eE"):
        return None
    try:
        return Fraction(text)
    except ValueError:
        return None


def moment(text: str) -> int | None:
    """Milliseconds of a W3C date, whose time has a zone, or of epoch seconds."""
    if text.isascii() and text.isdecimal() and len(text) != 4:
        return int(text) * 1000
    if "T" in text and not (text.endswith("Z") or text[-6:-5] in ("+", "-")):
        return None
    whole = {4: text + "-01-01", 7: text + "-01", 10: text}.get(len(text), text)
    whole += "" if "T" in whole else "T00:00:00Z"
    try:
        read = datetime.fromisoformat(whole.replace("Z", "+00:00"))
    except ValueError:
        return None
    return round(read.timestamp() * 1000)


def decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_network(text: str) -> bool:
    """An address, alone or with the length of its prefix."""
    found, slash, length = text.partition("/")
    known = address(found)
    if known is None or (slash and not (length.isascii() and length.isdecimal())):
        return False
    return not slash or int(length) <= known.max_prefixlen


def in_network(asked: str, cidr: str) -> bool:
    """Bits of the host are ignored in IPv4; in IPv6 a network that has them matches nothing."""
    found = address(asked)
    network = ipaddress.ip_network(cidr, strict=False)
    if network.version == 6 and address(cidr.partition("/")[0]) != network.network_address:
        return False
    return found is not None and found in network


def arn_like(asked: str, wanted: list[Glyph]) -> bool:
    """Each of the six parts by itself, the last being what is left."""
    parts: list[list[Glyph]] = [[]]
    for unit, special in wanted:
        if unit == COLON and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append((unit, special))
    fields = asked.split(":", 5)
    return len(parts) == 6 and all(like(*pair) for pair in zip(parts, fields, strict=True))
