"""Text in Terraform's language: blocks, values, names.

https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_LONE = {"\\b": "\\u0008", "\\f": "\\u000c"}


@dataclass(frozen=True, slots=True)
class Expression:
    """Written as it is, such as `aws_iam_role.deploy.name`."""

    text: str


class Names:
    """Names of resources: what the entity is called, as far as letters allow, and each once."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def new(self, kind: str, name: str) -> str:
        plain = _NOT_IN_NAMES.sub("_", name)
        plain = plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"
        found, number = plain, 2
        while (kind, found) in self._taken:
            found, number = f"{plain}_{number}", number + 1
        self._taken.add((kind, found))
        return found


def escaped(text: str) -> str:
    """Without templates: `${aws:username}` stays what it is."""
    return text.replace("${", "$${").replace("%{", "%%{")


def value(one: Any, indent: int = 2) -> str:
    """A value; texts must be escaped already where they are no templates."""
    if isinstance(one, Expression):
        return one.text
    if isinstance(one, str):
        return _string(one)
    inner = " " * (indent + 2)
    if isinstance(one, Mapping):
        lines = [
            f"{inner}{_string(str(key))} = {value(each, indent + 2)}" for key, each in one.items()
        ]
        return "{\n" + "\n".join(lines) + "\n" + " " * indent + "}" if lines else "{}"
    if isinstance(one, list):
        lines = [f"{inner}{value(each, indent + 2)}," for each in one]
        return "[\n" + "\n".join(lines) + "\n" + " " * indent + "]" if lines else "[]"
    return json.dumps(one)


def _string(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return re.sub(r"\\[bf]", lambda found: _LONE[found.group()], written)


def block(kind: str, name: str, arguments: Mapping[str, Any]) -> str:
    """A resource; arguments without a value are left out."""
    given = {key: one for key, one in arguments.items() if one not in (None, "", [], {})}
    lines = [f"  {key} = {value(one)}" for key, one in given.items()]
    return "\n".join([f'resource "{kind}" "{name}" {{', *lines, "}", ""])


def document(one: Any) -> Expression:
    """A policy document, as JSON that Terraform writes."""
    return Expression(f"jsonencode({value(one)})")
