"""The statements of a policy text as the visual editor shows and changes them, one by one.

What nobody touched keeps its text to the letter: a change replaces the text of one statement only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from identity.policy import strict_json
from identity.policy.places import statement_offsets

NEW: Mapping[str, Any] = {"Effect": "Allow", "Action": [], "Resource": "*"}
MOST_CARDS, MOST_CONDITIONS = 20, 10
_SHOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}
_BEYOND_LATIN_1 = re.compile(r"[^\x00-\xff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One condition: several values of a key are alternatives."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows: `service` is the prefix of all the actions, or `*`."""

    effect: str
    service: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Line, ...] = ()
    sid: str = ""

    def statement(self) -> dict[str, Any]:
        """As JSON has it, members in the order in which AWS's console writes them."""
        conditions: dict[str, dict[str, tuple[str, ...]]] = {}
        for line in self.conditions:
            keys = conditions.setdefault(line.operator, {})
            keys[line.key] = (*keys.get(line.key, ()), *line.values)
        members = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": _one_or_list(self.actions),
            "Resource": _one_or_list(self.resources),
            "Condition": {
                operator: {key: _one_or_list(values) for key, values in keys.items()}
                for operator, keys in conditions.items()
            },
        }
        return {name: value for name, value in members.items() if value or name == "Action"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement of a text: its card, or its JSON and why no card can show it."""

    number: int
    text: str
    card: Card | None
    why: str = ""


def read(text: str) -> list[Shown] | None:
    """The statements in their order; None for a text that is no policy's outline."""
    try:
        members = strict_json.read(text)
    except ValueError:
        return None
    if not isinstance(members, dict) or not set(members) <= {"Version", "Id", "Statement"}:
        return None
    given = members.get("Statement")
    found = given if isinstance(given, list) else [given]
    pieces = [text[start:end] for start, end in statement_offsets(text)]
    if not pieces or len(pieces) != len(found):
        return None
    return [_shown(*one) for one in zip(range(len(found)), pieces, found, strict=True)]


def _shown(number: int, text: str, given: Any) -> Shown:
    why = _why_not(given) if number < MOST_CARDS else _("There are cards for 20 statements.")
    return Shown(number, text, None if why else _card(given), why)


def _why_not(given: Any) -> str:
    if not isinstance(given, dict) or given.get("Effect") not in ("Allow", "Deny"):
        return _("It is not a whole statement.")
    if more := sorted(set(given) - _SHOWN):
        return _("A card cannot show %(element)s.") % {"element": ", ".join(more)}
    actions, resources = _texts(given.get("Action")), _texts(given.get("Resource"))
    conditions = _lines(given.get("Condition", {}))
    if actions is None or resources is None or conditions is None:
        return _("It holds something that is no text.")
    if len(conditions) > MOST_CONDITIONS:
        return _("It has more than 10 conditions.")
    if len({_service(action) for action in actions}) > 1:
        return _("It is about actions of several services.")
    return ""


def _card(given: dict[str, Any]) -> Card:
    actions = _texts(given.get("Action")) or ()
    return Card(
        given["Effect"],
        _service(actions[0]) if actions else "",
        actions,
        _texts(given.get("Resource")) or (),
        _lines(given.get("Condition", {})) or (),
        str(given.get("Sid", "")),
    )


def _service(action: str) -> str:
    prefix, colon, _rest = action.partition(":")
    return prefix.lower() if colon else "*"


def _texts(given: Any) -> tuple[str, ...] | None:
    items = given if isinstance(given, list) else [given]
    return tuple(items) if all(isinstance(item, str) for item in items) else None


def _lines(given: Any) -> tuple[Line, ...] | None:
    """None for a condition whose values are written as anything but texts: they would change."""
    if not isinstance(given, dict):
        return None
    found = []
    for operator, keys in given.items():
        for key, values in keys.items() if isinstance(keys, dict) else [("", None)]:
            texts = _texts(values)
            if texts is None:
                return None
            found.append(Line(operator, key, texts))
    return tuple(found)


def _one_or_list(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


# --- changes of the text -------------------------------------------------------------------------


def replaced(text: str, number: int, card: Card) -> str:
    """The text with another statement at this place, indented as the one before."""
    start, end = list(statement_offsets(text))[number]
    return text[:start] + _written(card.statement(), _indent(text, start)) + text[end:]


def added(text: str) -> str:
    """The text with one statement more, which allows nothing yet, at the end."""
    places = list(statement_offsets(text))
    if not places:
        return text
    start, end = places[-1]
    if not _is_listed(text, start):
        inner = _indent(text, start) + "  "
        both = (text[start:end].replace("\n", "\n  "), _written(dict(NEW), inner))
        body = f",\n{inner}".join(both)
        return f"{text[:start]}[\n{inner}{body}\n{inner[:-2]}]{text[end:]}"
    indent = _indent(text, start)
    return f"{text[:end]},\n{indent}{_written(dict(NEW), indent)}{text[end:]}"


def removed(text: str, number: int) -> str:
    """The text without one statement; the only one stays."""
    places = list(statement_offsets(text))
    if len(places) < 2 or number >= len(places):
        return text
    if number:
        return text[: places[number - 1][1]] + text[places[number][1] :]
    return text[: places[0][0]] + text[places[1][0] :]


def _written(statement: dict[str, Any], indent: str) -> str:
    written = json.dumps(statement, ensure_ascii=False, indent=2).replace("\n", f"\n{indent}")
    return _BEYOND_LATIN_1.sub(lambda found: json.dumps(found.group())[1:-1], written)


def _indent(text: str, at: int) -> str:
    """The white space with which the line of this place begins."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _is_listed(text: str, at: int) -> bool:
    return text[:at].rstrip()[-1:] in ("[", ",")
