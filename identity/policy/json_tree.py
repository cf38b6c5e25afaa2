"""JSON read with places: what each value and each name spans in the text, or the first fault.

Slower than `strict_json` and of the same opinion about every text: what one refuses, so does the
other. It is asked only when somebody has to be told where something stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from identity.policy.strict_json import ALLOWED_CHARACTERS, MAX_CHARACTERS, MAX_DEPTH, Number

Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = str | Number | bool | list["Node"] | dict[str, "Member"] | None

_SPACE = re.compile(r"[ \t\n\r]*+")
_STRING_BODY = re.compile(
    r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+'
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?")
_CONSTANTS = {"true": True, "false": False, "null": None}
_CONSTANT = re.compile("true|false|null")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_LOOSE_WORD = re.compile(r"[\w.+-]{1,40}")


class Node(NamedTuple):
    """A value, how one comes to it from the whole, and the offsets between which it stands."""

    value: Value
    path: Path
    start: int
    end: int

    def items(self) -> list[Node]:
        """The items of a list; any other value counts as a list of itself, as in a policy."""
        return self.value if isinstance(self.value, list) else [self]

    def members(self) -> dict[str, Member]:
        """The members of an object; none for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    def strings(self) -> Iterator[Node]:
        """The items that are strings."""
        return (item for item in self.items() if isinstance(item.value, str))


class Member(NamedTuple):
    """A member of an object: its name, which has a place of its own, and its value."""

    name: Node
    value: Node


class JsonError(ValueError):
    """The first place at which a text stops being JSON that we read, and what was expected there.

    `offset` counts characters from 0.
    """

    def __init__(self, offset: int, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.offset, self.expected, self.found = offset, expected, found


def read(text: str) -> Node:
    """The value that `text` spells, with places; `JsonError` where `strict_json` refuses."""
    readable = ALLOWED_CHARACTERS.match(text)
    end = readable.end() if readable else 0
    if len(text) > MAX_CHARACTERS:
        raise JsonError(MAX_CHARACTERS, f"at most {MAX_CHARACTERS} characters", str(len(text)))
    if end < len(text):
        raise JsonError(end, "a character up to U+00FF, or an escape", f"U+{ord(text[end]):04X}")
    return _Reader(text).document()


def find(root: Node, path: Path) -> Node:
    """The node at the path, or the last one on the way to it.

    An index into what is no list means the value itself: one statement needs no list.
    """
    node = root
    for step in path:
        if isinstance(step, str):
            if step not in node.members():
                break
            node = node.members()[step].value
        elif isinstance(node.value, list):
            if not 0 <= step < len(node.value):
                break
            node = node.value[step]
    return node


def find_name(root: Node, path: Path) -> Node:
    """The name of the member at the path; the node itself if there is no such member."""
    *way, name = path
    member = find(root, tuple(way)).members().get(str(name))
    return member.name if member else find(root, path)


class _Reader:
    """Recursive descent; `place` is the offset of what comes next."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def document(self) -> Node:
        node = self.value((), depth=0)
        if self.next_character():
            raise self.fault("the end of the document")
        return node

    def value(self, path: Path, depth: int) -> Node:
        opening = self.next_character()
        start = self.place
        value: Value
        if opening == "{":
            value = self.object(path, depth + 1)
        elif opening == "[":
            value = self.list(path, depth + 1)
        elif opening == '"':
            value = self.string()
        else:
            value = self.bare()
        return Node(value, path, start, self.place)

    def object(self, path: Path, depth: int) -> dict[str, Member]:
        self.enter(depth)
        members: dict[str, Member] = {}
        if self.next_character() == "}":
            self.place += 1
            return members
        while True:
            name = self.name(path, members)
            self.expect(":", '":"')
            members[str(name.value)] = Member(name, self.value(name.path, depth))
            if self.expect(",}", '"," or "}"') == "}":
                return members

    def list(self, path: Path, depth: int) -> list[Node]:
        self.enter(depth)
        items: list[Node] = []
        if self.next_character() == "]":
            self.place += 1
            return items
        while True:
            items.append(self.value((*path, len(items)), depth))
            if self.expect(",]", '"," or "]"') == "]":
                return items

    def name(self, path: Path, members: dict[str, Member]) -> Node:
        if self.next_character() != '"':
            raise self.fault("a name in double quotes")
        start = self.place
        name = self.string()
        if name in members:
            raise JsonError(start, "a name that this object has not yet", f"{quoted(name)} again")
        return Node(name, (*path, name), start, self.place)

    def string(self) -> str:
        start = self.place
        found = _STRING_BODY.match(self.text, start)
        self.place = found.end() if found else start
        if self.text[self.place : self.place + 1] != '"':
            raise self.string_fault()
        self.place += 1
        token = self.text[start : self.place]
        if "\\" not in token:
            return token[1:-1]
        string: str = json.loads(token)
        if _HALF_PAIR.search(string):
            raise JsonError(start, "whole characters", "half of a surrogate pair")
        return string

    def bare(self) -> Value:
        constant = _CONSTANT.match(self.text, self.place)
        if constant:
            self.place = constant.end()
            return _CONSTANTS[constant.group()]
        number = _NUMBER.match(self.text, self.place)
        if number:
            self.place = number.end()
            return Number(number.group())
        raise self.fault("a value")

    def enter(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self.fault(f"at most {MAX_DEPTH} levels")
        self.place += 1

    def expect(self, characters: str, expected: str) -> str:
        character = self.next_character()
        if not character or character not in characters:
            raise self.fault(expected)
        self.place += 1
        return character

    def next_character(self) -> str:
        """What comes after white space; empty at the end."""
        space = _SPACE.match(self.text, self.place)
        self.place = space.end() if space else self.place
        return self.text[self.place : self.place + 1]

    def fault(self, expected: str) -> JsonError:
        word = _LOOSE_WORD.match(self.text, self.place)
        found = word.group() if word else self.text[self.place : self.place + 1]
        return JsonError(
            self.place, expected, quoted(found) if found else "the end of the document"
        )

    def string_fault(self) -> JsonError:
        found = self.text[self.place : self.place + 2]
        if not found:
            return JsonError(self.place, "a closing quote", "the end of the document")
        if found[0] == "\\":
            return JsonError(self.place, 'an escape such as \\n, \\" or \\u00e9', quoted(found))
        return JsonError(self.place, "a closing quote", f"U+{ord(found[0]):04X}")


def quoted(text: str) -> str:
    """The text in double quotes, shortened, for a person to recognise it."""
    return json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False)
