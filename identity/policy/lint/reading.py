"""A policy as the checks see it: whatever is there, right or wrong, with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from identity.policy.catalogue import Catalogue, ConditionKey, ResourceType
from identity.policy.json_tree import Member, Node
from identity.policy.lint.coverage import Comparisons
from identity.policy.operators import OPERATORS, Operator
from identity.policy.values import VERSION_2008, VERSION_2012, Kind

_SUGGESTIONS = 10  # looking for a similar name among thousands takes milliseconds


class OperatorName(NamedTuple):
    """A condition operator taken apart: `ForAnyValue:`, `StringLike`, `IfExists`."""

    quantifier: str
    base: str
    if_exists: bool

    @property
    def operator(self) -> Operator | None:
        return OPERATORS.get(self.base)

    @property
    def negated(self) -> bool:
        return self.operator is not None and self.operator.negated


class Condition:
    """One line of a `Condition` block: an operator, a key and its values."""

    def __init__(self, statement: Statement, operator: Node, member: Member) -> None:
        self.statement = statement
        self.operator, self.key, self.value = operator, member.name, member.value
        quantifier, colon, rest = str(operator.value).rpartition(":")
        base = rest.removesuffix("IfExists")
        self.named = OperatorName(quantifier + colon, base, base != rest)

    @property
    def name(self) -> str:
        """The key, in small letters."""
        return str(self.key.value).lower()

    @cached_property
    def known(self) -> ConditionKey | None:
        return self.statement.policy.known.condition_key(str(self.key.value))

    @cached_property
    def values(self) -> list[Node]:
        return self.value.items()

    @cached_property
    def strings(self) -> list[Node]:
        return list(self.value.strings())


class Statement:
    """One statement; `texts` are the strings of an element, each with its place."""

    def __init__(self, policy: Policy, node: Node) -> None:
        self.policy, self.node, self.elements = policy, node, node.members()
        self._texts: dict[str, list[Node]] = {}

    def element(self, name: str) -> Node | None:
        return self.elements[name].value if name in self.elements else None

    def texts(self, name: str) -> list[Node]:
        if name not in self._texts:
            node = self.element(name)
            self._texts[name] = list(node.strings()) if node else []
        return self._texts[name]

    @property
    def allows(self) -> bool:
        node = self.element("Effect")
        return node is not None and node.value == "Allow"

    @property
    def denies(self) -> bool:
        node = self.element("Effect")
        return node is not None and node.value == "Deny"

    @cached_property
    def conditions(self) -> list[Condition]:
        block = self.element("Condition")
        return [
            Condition(self, operator.name, key)
            for operator in (block.members().values() if block else ())
            for key in operator.value.members().values()
        ]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The condition keys it looks at, in small letters."""
        return frozenset(condition.name for condition in self.conditions)

    @cached_property
    def principals(self) -> list[tuple[str, Node]]:
        """The principals of both elements, each with its type."""
        return [*self.named("Principal"), *self.named("NotPrincipal")]

    def named(self, element: str) -> Iterator[tuple[str, Node]]:
        node = self.element(element)
        if node is not None and node.value == "*":
            yield "AWS", node
        for kind, member in (node.members() if node else {}).items():
            yield from ((kind, name) for name in member.value.strings())


class Policy:
    """The whole text, what it is for, and what is known of services.

    `comparisons` and the suggestions are bounded, so that no text takes long.
    """

    def __init__(self, text: str, root: Node, kind: Kind, known: Catalogue) -> None:
        self.text, self.root, self.kind, self.known = text, root, kind, known
        self.comparisons = Comparisons()
        self._nearest: dict[str, str | None] = {}

    @cached_property
    def version(self) -> object:
        version = self.root.members().get("Version")
        return version.value.value if version else VERSION_2008

    @property
    def variables(self) -> bool:
        return self.version == VERSION_2012

    @cached_property
    def statements(self) -> list[Statement]:
        listed = self.root.members().get("Statement")
        items = listed.value.items() if listed else []
        return [Statement(self, item) for item in items if isinstance(item.value, dict)]

    @cached_property
    def conditions(self) -> list[Condition]:
        return [one for statement in self.statements for one in statement.conditions]

    @cached_property
    def resource_types(self) -> dict[str, list[ResourceType]]:
        """All types by the service that their ARNs name; a service may describe those of others."""
        types: dict[str, list[ResourceType]] = {}
        for service in self.known.services.values():
            for one in service.resource_types.values():
                types.setdefault(one.arn.split(":", 3)[2], []).append(one)
        return types

    def nearest_action(self, name: str) -> str | None:
        """What an unknown action was meant to be; given up after the first few."""
        if name not in self._nearest and len(self._nearest) < _SUGGESTIONS:
            self._nearest[name] = self.known.nearest(name)
        return self._nearest.get(name)
