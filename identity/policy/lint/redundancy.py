"""Checks for what changes nothing: values, and whole statements, that others cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from identity.policy.json_tree import Node
from identity.policy.lint.coverage import Comparisons
from identity.policy.lint.reading import Condition, Policy, Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.values import Kind


def _covered(
    nodes: list[Node], fold: Callable[[str], str], compare: Comparisons
) -> Iterator[Remark]:
    """The texts that another one covers; of equal ones, all but the first."""
    texts = [fold(str(node.value)) for node in nodes]
    wide = [text for text in dict.fromkeys(texts) if "*" in text]
    seen: set[str] = set()
    for node, text in zip(nodes, texts, strict=True):
        cover = compare.cover((one for one in wide if one != text), text)
        if text in seen:
            yield Remark(node, "Remove it: it is listed twice.")
        elif cover is not None:
            yield Remark(node, f"Remove it: `{cover[:100]}` means it too.")
        seen.add(text)


def redundant_action(statement: Statement) -> Iterator[Remark]:
    for element in ("Action", "NotAction"):
        yield from _covered(statement.texts(element), str.lower, statement.policy.comparisons)


def redundant_resource(statement: Statement) -> Iterator[Remark]:
    for element in ("Resource", "NotResource"):
        yield from _covered(statement.texts(element), str, statement.policy.comparisons)


def redundant_value(condition: Condition) -> Iterator[Remark]:
    comparisons = condition.statement.policy.comparisons
    if condition.named.base in ("StringLike", "StringNotLike"):
        yield from _covered(condition.strings, str, comparisons)
        return
    seen: set[object] = set()
    for node in condition.strings:
        if node.value in seen:
            yield Remark(node, "Remove it: it is listed twice.")
        seen.add(str(node.value))


# --- statements ---------------------------------------------------------------------------------


class _Reach:
    """What a statement is about, to compare it with another one."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.effect = "Allow" if statement.allows else "Deny" if statement.denies else ""
        self.actions, self.not_actions = self._lower("Action"), self._lower("NotAction")
        self.resources = self._plain("Resource")
        self.not_resources = self._plain("NotResource")
        self.principals = frozenset(
            (kind, node.value) for kind, node in statement.named("Principal")
        )
        self.conditions = frozenset(
            (one.operator.value, one.name, frozenset(_value(node) for node in one.values))
            for one in statement.conditions
        )

    def _plain(self, element: str) -> list[str]:
        return [str(node.value) for node in self.statement.texts(element)]

    def _lower(self, element: str) -> list[str]:
        return [text.lower() for text in self._plain(element)]

    @property
    def is_whole(self) -> bool:
        """Whether it says enough to be compared, and nothing that has not been understood."""
        kind = self.statement.policy.kind
        block = self.statement.element("Condition")
        return (
            bool(self.effect and (self.actions or self.not_actions))
            and bool(self.resources or self.not_resources or kind is Kind.TRUST)
            and bool(self.principals or not kind.names_principals)
            and "NotPrincipal" not in self.statement.elements
            and (block is None or isinstance(block.value, dict))
        )

    def includes(self, other: _Reach, compare: Comparisons) -> bool:
        """Whether it applies to every request to which the other applies."""
        return compare.spend() and (
            self.conditions <= other.conditions
            and (self.principals >= other.principals or ("AWS", "*") in self.principals)
            and _includes(self.actions, self.not_actions, other.actions, other.not_actions, compare)
            and _includes(
                self.resources, self.not_resources, other.resources, other.not_resources, compare
            )
        )

    def equals(self, other: _Reach, compare: Comparisons) -> bool:
        return self.effect == other.effect and self.includes(other, compare)


def _value(node: Node) -> str:
    return str(node.value)


def _includes(
    listed: list[str],
    excepted: list[str],
    others: list[str],
    others_excepted: list[str],
    compare: Comparisons,
) -> bool:
    """Whether (`listed`, or all but `excepted`) includes the same of another statement."""
    if others_excepted:
        all_but = bool(excepted) and compare.all_covered(others_excepted, excepted)
        return "*" in listed or all_but
    if excepted:
        return compare.apart(excepted, others)
    return compare.all_covered(listed, others)


def _pairs(policy: Policy, outer_effect: str, inner_effect: str) -> Iterator[tuple[_Reach, _Reach]]:
    """Each statement of one effect that one of the other effect includes, after that one."""
    reaches = [one for one in enumerate(map(_Reach, policy.statements)) if one[1].is_whole]
    outers = [one for one in reaches if one[1].effect == outer_effect]
    for place, inner in (one for one in reaches if one[1].effect == inner_effect):
        for other_place, outer in outers:
            if policy.comparisons.spent:
                return
            includes = outer is not inner and outer.includes(inner, policy.comparisons)
            # Of two that say the same, the first one stays.
            if includes and not (place < other_place and inner.equals(outer, policy.comparisons)):
                yield outer, inner
                break


def _name(reach: _Reach) -> str:
    sid = reach.statement.element("Sid")
    index = next(
        step for step in reversed((0, *reach.statement.node.path)) if isinstance(step, int)
    )
    return f"`{sid.value}`" if sid and isinstance(sid.value, str) and sid.value else str(index + 1)


def redundant_statement(policy: Policy) -> Iterator[Remark]:
    for effect in ("Allow", "Deny"):
        for outer, inner in _pairs(policy, effect, effect):
            message = f"Remove the statement: statement {_name(outer)} says all that it does."
            yield Remark(inner.statement.node, message)


def unreachable_statement(policy: Policy) -> Iterator[Remark]:
    for outer, inner in _pairs(policy, "Deny", "Allow"):
        message = f"Remove one of both: statement {_name(outer)} denies all that this one allows."
        yield Remark(inner.statement.node, message)


ON_POLICY = (
    Check("WARNING", "UNREACHABLE_STATEMENT", unreachable_statement),
    Check("SUGGESTION", "REDUNDANT_STATEMENT", redundant_statement),
)
ON_STATEMENTS = (
    Check("SUGGESTION", "REDUNDANT_ACTION", redundant_action),
    Check("SUGGESTION", "REDUNDANT_RESOURCE", redundant_resource),
)
ON_CONDITIONS = (Check("SUGGESTION", "REDUNDANT_CONDITION_VALUE", redundant_value),)
