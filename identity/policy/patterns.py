"""Wildcards in actions and resources: `*` and `?`, nothing else is special.

A glob is a pattern whose wildcards have become signs that stand in no other text. Its stretches
between two `*` are each found once, at their first place, and never tried again; and where one
stands is looked up in all of a long text at once. So no pattern and no text is slow to match.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeAlias

Glob: TypeAlias = str
Stretches: TypeAlias = tuple[str, ...]

# No UTF-16 unit equals these.
_STAR, _MARK = "\U0010fffe", "\U0010ffff"

ANYTHING: Glob = _STAR
"""The glob of `*`."""

_SHORT = 128
"""Units of a text that is searched place by place."""

_NEAR = 16
"""Units of a longer text that are searched so before all of it is looked at at once."""

_HEAD = 9
"""Units of a stretch after which the places left are tried one by one, if they are few."""

_CHUNK = 3
"""Units of a stretch that are looked up together, and remembered for a while."""

_CHUNKS_KEPT = 1024

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def glob(pattern: str) -> Glob:
    """The pattern as a glob; what is added to it as `utf16_units` stays literal."""
    return utf16_units(pattern).replace("*", _STAR).replace("?", _MARK)


def matches(pattern: Glob, text: str) -> bool:
    """Whether the whole text (a resource, a condition value) fits, case by case.

    `*` crosses `:` and `/`; `?` is one UTF-16 unit, as it is for AWS.
    """
    return fits(stretches(pattern), utf16_units(text))


def action_matches(patterns: tuple[str, ...], action: str) -> bool:
    """Whether the action (`iam:GetUser`) fits one of them, letters of either case being the same.

    Only ASCII letters fold: no look-alike from another alphabet ever equals one.
    """
    return _action_globs(patterns).fit(folded(action))


def folded(action: str) -> str:
    """The units of an action, ASCII letters in lower case."""
    return utf16_units(action.translate(_LOWER))


class Globs(NamedTuple):
    """Globs without wildcards, those with one `*` at their end, and all others."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    others: tuple[Stretches, ...]

    def fit(self, units: str) -> bool:
        """Whether a text, given as its units, fits one of the globs."""
        if units in self.whole or units.startswith(self.beginnings):
            return True
        for other in self.others:  # noqa: SIM110 - any() takes a third longer
            if fits(other, units):
                return True
        return False


def globs(patterns: Iterable[Glob]) -> Globs:
    """The globs, ready to match."""
    whole, beginnings, others = set(), [], []
    for pattern in dict.fromkeys(map(stretches, patterns)):
        if len(pattern) > 2 or pattern[1:] not in ((), ("",)) or _MARK in pattern[0]:
            others.append(pattern)
        elif len(pattern) == 1:
            whole.add(pattern[0])
        else:
            beginnings.append(pattern[0])
    return Globs(frozenset(whole), tuple(beginnings), tuple(others))


def stretches(pattern: Glob) -> Stretches:
    """What stands between the `*`; one stretch for a glob without any."""
    first, *rest = pattern.split(_STAR)
    if not rest:
        return (first,)
    return (first, *filter(None, rest[:-1]), rest[-1])


def fits(pattern: Stretches, units: str) -> bool:
    """Whether the units of a text fit a glob, given as its stretches."""
    first, last = pattern[0], pattern[-1]
    if len(pattern) == 1:
        return len(units) == len(first) and _stands(first, units, 0)
    at, end = len(first), len(units) - len(last)
    if at > end or (first and not _stands(first, units, 0)):
        return False
    if last and not _stands(last, units, end):
        return False
    for stretch in pattern[1:-1]:
        found = _find(stretch, units, at, end)
        if found < 0:
            return False
        at = found + len(stretch)
    return True


def utf16_units(text: str) -> str:
    """The text with characters above U+FFFF as their two surrogates."""
    return text if text.isascii() else _units(text)


@lru_cache(256)
def _units(text: str) -> str:
    if max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(high << 8 | low) for high, low in zip(units[::2], units[1::2], strict=True))


@lru_cache(2048)
def _action_globs(patterns: tuple[str, ...]) -> Globs:
    return globs(glob(folded(pattern)) for pattern in patterns)


# --- one stretch ---------------------------------------------------------------------------------


def _stands(stretch: str, units: str, at: int) -> bool:
    """Whether the stretch stands at this place, `?` being any unit."""
    if _MARK not in stretch:
        return units.startswith(stretch, at)
    for fixed in stretch.split(_MARK):
        if not units.startswith(fixed, at):
            return False
        at += len(fixed) + 1
    return True


def _find(stretch: str, units: str, at: int, end: int) -> int:
    """The first place between `at` and `end` where the stretch stands, and -1 without one."""
    room = end - at - len(stretch) + 1
    if room <= 0:
        return -1
    if _MARK not in stretch:
        short = end - at <= _SHORT
        found = units.find(stretch, at, end if short else at + _NEAR)
        if found >= 0 or short:
            return found
    of = _places_in(units)
    places = of[stretch[:_CHUNK]] >> at
    if not places:
        return -1
    places = _narrowed(places & (1 << room) - 1, of, stretch, at, range(_CHUNK, _HEAD, _CHUNK))
    if places.bit_count() * (stretch.count(_MARK) + 1) > len(stretch):
        places = _narrowed(places, of, stretch, at, range(_HEAD, len(stretch), _CHUNK))
    while places:
        found = at + (places & -places).bit_length() - 1
        if _stands(stretch, units, found):
            return found
        places &= places - 1
    return -1


def _narrowed(places: int, of: _Places, stretch: str, at: int, offsets: range) -> int:
    """Those of the places where more of the stretch stands: a bit for each, the lowest for `at`.

    As many steps as the stretch is long, each on all places at once: `str.find` and `re` take as
    many as the stretch and the text multiplied, if both are made for it.
    """
    for offset in offsets:
        chunk = stretch[offset : offset + _CHUNK]
        if not (places and chunk):
            break
        places &= of[chunk] >> (at + offset)
    return places


class _Places(dict[str, int]):
    """Where the few units that were asked for stand in a text: a bit for each place."""

    def __init__(self, units: str) -> None:
        self._units = units
        backwards = units[::-1].encode("utf-16-le", "surrogatepass")
        self._columns = backwards[::2], backwards[1::2]

    def __missing__(self, stretch: str) -> int:
        places = self._find(stretch)
        if len(self) >= _CHUNKS_KEPT:
            self.clear()
        self[stretch] = places
        return places

    def _find(self, stretch: str) -> int:
        half = len(stretch) // 2
        if half:
            places = self[stretch[:half]]
            return places and places & self[stretch[half:]] >> half
        if stretch == _MARK:
            return -1
        return self._many(stretch) if self._units.count(stretch) > 64 else self._few(stretch)

    def _few(self, unit: str) -> int:
        places, at = 0, self._units.find(unit)
        while at >= 0:
            places |= 1 << at
            at = self._units.find(unit, at + 1)
        return places

    def _many(self, unit: str) -> int:
        low, high = unit.encode("utf-16-le", "surrogatepass")
        lows, highs = self._columns
        return int(lows.translate(_ONE[low]), 2) & int(highs.translate(_ONE[high]), 2)


_ONE = [b"0" * byte + b"1" + b"0" * (255 - byte) for byte in range(256)]
_places_in = lru_cache(8)(_Places)
