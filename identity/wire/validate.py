"""Parameters against the constraints of the service model, in the words of AWS's validation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from identity.errors import ValidationError
from identity.wire.spec import is_secret

_MOST_PROBLEMS = 100
_LONGEST_ECHO = 256

# Java's classes that `re` does not have. Python's own `\w` is exactly letters, numbers and `_`,
# and category Z is these spaces: a test compares both with the Unicode tables.
_LETTERS_SPACES_NUMBERS = r"\p{L}\p{Z}\p{N}_"
_SEPARATORS = r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# Where AWS answers with a sentence instead of the expression (IAM's names and paths).
_NAME = (
    "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    (r"[\w+=,.@-]+",),
)
_PATH = (
    "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    (
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
        r"((/[A-Za-z0-9\.,\+@=_-]+)*)/",
        r"\u002F[\u0021-\u007F]*",
    ),
)
_SENTENCES = {pattern: words for words, patterns in (_NAME, _PATH) for pattern in patterns}


def validate(shape: StructureShape | None, params: Mapping[str, Any]) -> None:
    """Raise ValidationError when parameters break a constraint of the operation's input shape.

    Required members, lengths, sizes, values, patterns and enumerations are checked at every depth
    and all failures are joined into AWS's message. The value of a sensitive member is never in it.
    """
    problems = _Problems()
    if shape:
        _structure(shape)(params, "", problems)
    else:
        for name in params:
            problems.unknown(name)
    if problems.constraints or problems.sentences:
        raise ValidationError(problems.message())


class _Problems:
    """What is wrong: constraints of the model, and the sentences that IAM has of its own."""

    __slots__ = ("constraints", "sentences")

    def __init__(self) -> None:
        self.constraints: list[str] = []
        self.sentences: list[str] = []

    def broken(self, value: str | None, place: str, constraint: str) -> None:
        """A broken constraint; no value for what must not be shown, and long ones go unshown."""
        shown = "" if value is None or len(value) > _LONGEST_ECHO else f"'{value}' "
        self._add(f"{shown}at '{place}'", constraint)

    def null(self, place: str) -> None:
        self._add(f"null at '{place}'", "Member must not be null")

    def _add(self, value_at_place: str, constraint: str) -> None:
        if len(self.constraints) < _MOST_PROBLEMS:
            words = f"Value {value_at_place} failed to satisfy constraint: {constraint}"
            self.constraints.append(words)

    def unknown(self, name: str) -> None:
        self.sentences.append(f"The parameter {name} is not recognized.")

    def message(self) -> str:
        """Constraints are counted and joined; without any, the first sentence stands alone."""
        if not self.constraints:
            return self.sentences[0]
        count = len(self.constraints)
        plural = "" if count == 1 else "s"
        return f"{count} validation error{plural} detected: {'; '.join(self.constraints)}"


# Takes a value and its place (`tags.1.member.key`).
_Check = Callable[[Any, str, _Problems], None]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""A model's Java expression for `re`, to be matched against whole values.

    `\w` and `\d` are ASCII, as in Java, but where Unicode's letters and numbers are asked for.
    """
    if _LETTERS_SPACES_NUMBERS in pattern:
        return re.compile(pattern.replace(_LETTERS_SPACES_NUMBERS, rf"\w{_SEPARATORS}"))
    return re.compile(pattern, re.ASCII)


@cache
def _structure(shape: StructureShape) -> _Check:
    checks = {name: _check(name, member) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def check(value: Mapping[str, Any], place: str, problems: _Problems) -> None:
        for name in required:
            if name not in value:
                problems.null(_inside(place, name))
        for name, item in value.items():
            if name not in checks:
                problems.unknown(name)
            elif item is None:
                problems.null(_inside(place, name))
            elif member := checks[name]:
                member(item, _inside(place, name), problems)

    return check


def _check(name: str, shape: Shape) -> _Check | None:
    """What to check in a member; None for one that the model lets be anything of its type."""
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, ListShape):
        return _list(name, shape)
    if isinstance(shape, MapShape):
        return _map(name, shape)
    if shape.type_name == "integer":
        return _number(shape)
    return _text(name, shape) if shape.metadata.keys() - {"sensitive"} else None


def _list(name: str, shape: ListShape) -> _Check:
    size = _size(shape)
    item_check = _check(name, shape.member)

    def check(value: list[Any], place: str, problems: _Problems) -> None:
        if constraint := size(len(value)):
            problems.broken(None, place, constraint)
            return  # what is too long is not walked
        for number, item in enumerate(value, 1):
            if item is None:
                problems.null(f"{place}.{number}.member")
            elif item_check:
                item_check(item, f"{place}.{number}.member", problems)

    return check


def _map(name: str, shape: MapShape) -> _Check:
    size = _size(shape)
    key_check, value_check = _check(name, shape.key), _check(name, shape.value)

    def check(value: Mapping[str, Any], place: str, problems: _Problems) -> None:
        if constraint := size(len(value)):
            problems.broken(None, place, constraint)
            return
        for number, (key, item) in enumerate(value.items(), 1):
            if key_check:
                key_check(key, f"{place}.{number}.key", problems)
            if value_check:
                value_check(item, f"{place}.{number}.value", problems)

    return check


def _number(shape: Shape) -> _Check:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: int, place: str, problems: _Problems) -> None:
        if low is not None and value < low:
            constraint = f"Member must have value greater than or equal to {low}"
        elif high is not None and value > high:
            constraint = f"Member must have value less than or equal to {high}"
        else:
            return
        problems.broken(str(value), place, constraint)

    return check


def _text(name: str, shape: Shape) -> _Check:
    size = _size(shape)
    pattern = shape.metadata.get("pattern", "")
    matches = compiled(pattern).fullmatch if pattern else None
    enum = shape.metadata.get("enum")
    secret = is_secret(name, shape)

    def check(value: str, place: str, problems: _Problems) -> None:
        shown = None if secret else value
        if constraint := size(len(value)):
            problems.broken(shown, place, constraint)
        if matches and not matches(value):
            _mismatch(pattern, shown, place, problems)
        if enum and value not in enum:
            words = f"Member must satisfy enum value set: [{', '.join(enum)}]"
            problems.broken(shown, place, words)

    return check


def _mismatch(pattern: str, shown: str | None, place: str, problems: _Problems) -> None:
    if sentence := _SENTENCES.get(pattern):
        problems.sentences.append(f"The specified value for {place} is invalid. {sentence}")
    else:
        words = f"Member must satisfy regular expression pattern: {pattern}"
        problems.broken(shown, place, words)


def _size(shape: Shape) -> Callable[[int], str | None]:
    """The constraint that a length breaks, if any; lengths count code points."""
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", float("inf"))

    def broken(length: int) -> str | None:
        if length < low:
            return f"Member must have length greater than or equal to {low}"
        if length > high:
            return f"Member must have length less than or equal to {high}"
        return None

    return broken


def _inside(place: str, name: str) -> str:
    """A member's place in AWS's messages: lowerCamel, below the structure it is in."""
    lower = name[:1].lower() + name[1:]
    return f"{place}.{lower}" if place else lower
