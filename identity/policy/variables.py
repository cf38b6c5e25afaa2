"""Policy variables: `${aws:username}`, `${key, 'default'}`, and the plain `${*}`, `${?}`, `${$}`.

Text that comes from the request is literal: a `*` in a user's name is no wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from identity.policy.patterns import glob, utf16_units
from identity.policy.request import Request

_VARIABLE = re.compile(
    r"\$\{(?:(?P<sign>[*?$])"
    r"|(?P<key>[^\s{}$*?'\",](?:[^{}$*?'\",]*[^\s{}$*?'\",])?)(?:, *'(?P<default>[^']*)')?)\}"
)


class _Variable(NamedTuple):
    key: str
    default: str | None


class Template(NamedTuple):
    """A text with variables, read once; `literal` makes a value of the request part of it."""

    parts: tuple[str | _Variable, ...]
    literal: Callable[[str], str]

    @property
    def keys(self) -> Iterator[str]:
        """The keys of its variables, in lower case."""
        return (part.key for part in self.parts if isinstance(part, _Variable))

    def expand(self, request: Request) -> str | None:
        """The text with the request's values in it; `None` when a key has not exactly one value.

        A default stands in for an absent key only, not for one with many values.
        """
        texts: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = _resolve(part, request)
            if value is None:
                return None
            texts.append(self.literal(value))
        return "".join(texts)


def has_variables(text: str) -> bool:
    """Whether the text, in a document of version 2012-10-17, waits for the request."""
    return "${" in text


def malformed(text: str) -> bool:
    """Whether a `${` in the text does not open a variable that can be read."""
    return "${" in _VARIABLE.sub(" ", text)


def glob_template(pattern: str) -> Template:
    """The template of a glob: its wildcards are those that the document wrote."""
    return Template(tuple(_parts(pattern, glob)), utf16_units)


def text_template(text: str) -> Template:
    """The template of a text without wildcards."""
    return Template(tuple(_parts(text, str)), str)


def names(text: str) -> list[str]:
    """The keys that the text's variables name, as spelled; `*`, `?`, `$` for the plain ones."""
    return [found["sign"] or found["key"] for found in _VARIABLE.finditer(text)]


def opened(pattern: str, lacking: Container[str]) -> str:
    """The pattern with a `*` for each variable of a lacking key: what it may yet come to mean."""

    def star(found: re.Match[str]) -> str:
        return "*" if found["key"] in lacking else found.group()

    return _VARIABLE.sub(star, pattern)


def replaced(text: str, request: Request) -> str:
    """The text as people should read it: variables that have no value stay as they were spelled."""

    def value(found: re.Match[str]) -> str:
        text = found["sign"] or _resolve(_variable(found), request)
        return found.group() if text is None else text

    return _VARIABLE.sub(value, text)


def _parts(text: str, read: Callable[[str], str]) -> list[str | _Variable]:
    parts: list[str | _Variable] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        parts += [read(text[end : found.start()]), found["sign"] or _variable(found)]
        end = found.end()
    return [part for part in [*parts, read(text[end:])] if part]


def _variable(found: re.Match[str]) -> _Variable:
    return _Variable(found["key"].lower(), found["default"])


def _resolve(variable: _Variable, request: Request) -> str | None:
    value = request.folded.get(variable.key)
    found = variable.default if value is None else value
    return found if isinstance(found, str) else None
