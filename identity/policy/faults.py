"""A broken rule of the policy language, and the place in the text where it is broken.

Places are looked up only when there is something to refuse: readers and rules know a path (the
steps from the whole to a value), and the text is read a second time, with places, to find it.
"""

from __future__ import annotations

from identity.errors import MalformedPolicyDocument
from identity.policy import json_tree
from identity.policy.json_tree import JsonError, Node, Path, quoted
from identity.policy.places import Position, position
from identity.policy.strict_json import Number

SYNTAX = "Syntax errors in policy."
"""AWS's one sentence for every fault of grammar."""


class Fault(MalformedPolicyDocument):
    """A refusal whose place is known as a path, which grows on the way up to the whole.

    `message` is AWS's sentence, `expected` ours. With `of_name` it is the name of the member that
    is wrong, not its value. `found` says what is there instead, if not the value at the path; of
    an element at the end of the path that is not there, none is found.
    """

    def __init__(
        self, message: str, expected: str, *path: str | int, found: str = "", of_name: bool = False
    ) -> None:
        super().__init__(message)
        self.expected, self.found, self.of_name = expected, found, of_name
        self.path: Path = path

    def inside(self, *steps: str | int) -> Fault:
        """The same fault, seen from further up."""
        self.path = (*steps, *self.path)
        return self


def placed(fault: Fault, text: str) -> MalformedPolicyDocument:
    """The fault with the line and the column at which it stands in the text."""
    try:
        root = json_tree.read(text)
    except JsonError as broken:
        place = position(text, broken.offset)
        return _refusal(fault.message, place, broken.expected, broken.found)
    look_up = json_tree.find_name if fault.of_name else json_tree.find
    node = look_up(root, fault.path)
    found = fault.found or (described(node) if _reaches(node, fault.path) else "none")
    return _refusal(fault.message, position(text, node.start), fault.expected, found)


def described(node: Node) -> str:
    """A value in a few words."""
    value = node.value
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Number):
        return f"the number {value.text[:60]}"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    return {True: "true", False: "false", None: "null"}[value]


def _reaches(node: Node, path: Path) -> bool:
    """Whether the element that the path ends in is there."""
    return not path or isinstance(path[-1], int) or node.path[-1:] == path[-1:]


def _refusal(message: str, place: Position, expected: str, found: str) -> MalformedPolicyDocument:
    detail = f"line {place.line}, column {place.column}: expected {expected}, found {found}"
    return MalformedPolicyDocument(message, detail, place.line, place.column)
