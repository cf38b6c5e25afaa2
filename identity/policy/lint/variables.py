"""Checks of policy variables, `${aws:username}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from identity.policy.json_tree import Node
from identity.policy.lint.reading import Condition, Policy, Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.values import VERSION_2012

# From `${` to its brace, or to the next `${` or the end where there is none.
_VARIABLE = re.compile(r"\$\{(?P<inside>(?:(?!\$\{)[^}])*+)(?P<brace>\}?)")
_SIGN = re.compile(r"[*?$]")


def _texts(policy: Policy) -> Iterator[Node]:
    """The texts in which a variable has a meaning."""
    for statement in policy.statements:
        yield from statement.texts("Resource")
        yield from statement.texts("NotResource")
        for condition in statement.conditions:
            yield from condition.strings


def _variables(policy: Policy) -> Iterator[tuple[Node, str, bool]]:
    """What stands inside each variable, and whether it is closed."""
    for node in _texts(policy) if policy.variables else ():
        if "${" in str(node.value):
            for found in _VARIABLE.finditer(str(node.value)):
                yield node, found["inside"], bool(found["brace"])


def missing_brace(policy: Policy) -> Iterator[Remark]:
    for node, _, closed in _variables(policy):
        if not closed:
            yield Remark(node, "Close the variable with `}`, or write `${$}{` for a plain `${`.")


def empty(policy: Policy) -> Iterator[Remark]:
    for node, inside, closed in _variables(policy):
        if closed and not inside:
            yield Remark(node, "Name a condition key inside `${}`.")


def missing_quote(policy: Policy) -> Iterator[Remark]:
    for node, inside, closed in _variables(policy):
        _, comma, default = inside.partition(",")
        default = default.lstrip(" ")
        quoted = len(default) > 1 and default[0] == default[-1] == "'"
        if closed and comma and not quoted:
            yield Remark(node, "Put the default of the variable in single quotes.")


def odd_space(policy: Policy) -> Iterator[Remark]:
    for node, inside, closed in _variables(policy):
        key = inside.partition(",")[0]
        if closed and key != key.strip():
            yield Remark(node, "Remove the spaces around the key of the variable.")


def odd_symbol(policy: Policy) -> Iterator[Remark]:
    for node, inside, closed in _variables(policy):
        key, comma, _ = inside.partition(",")
        if closed and re.search(r"[*?$\"'{]", key) and not (_SIGN.fullmatch(key) and not comma):
            yield Remark(node, "Keep `*`, `?`, `$` and quotes out of the key of a variable.")


def without_version(policy: Policy) -> Iterator[Remark]:
    if not policy.variables:
        for node in _texts(policy):
            if "${" in str(node.value):
                message = f'Set the version to "{VERSION_2012}": before it, `${{` is plain text.'
                yield Remark(node, message)


def in_wrong_element(statement: Statement) -> Iterator[Remark]:
    names = [node for _, node in statement.principals]
    for element in ("Sid", "Effect", "Action", "NotAction"):
        names += statement.texts(element)
    for node in names:
        if "${" in str(node.value):
            yield Remark(
                node, "Remove the variable: it has a meaning in resources and values only."
            )
    for element in ("Resource", "NotResource"):
        for node in statement.texts(element):
            if statement.policy.variables and "${" in "".join(str(node.value).split(":", 5)[:5]):
                yield Remark(node, "Use variables after the fifth colon of an ARN only.")


def with_wrong_operator(condition: Condition) -> Iterator[Remark]:
    base = condition.named.base
    if condition.named.operator and not base.startswith(("String", "Arn")):
        for node in condition.strings:
            if condition.statement.policy.variables and "${" in str(node.value):
                yield Remark(node, f"Write the value itself: `{base}` replaces no variables.")


ON_POLICY = (
    Check("ERROR", "MISSING_BRACE_IN_VARIABLE", missing_brace),
    Check("ERROR", "EMPTY_VARIABLE", empty),
    Check("ERROR", "MISSING_QUOTE_IN_VARIABLE", missing_quote),
    Check("ERROR", "UNSUPPORTED_SPACE_IN_VARIABLE", odd_space),
    Check("ERROR", "UNSUPPORTED_SYMBOL_IN_VARIABLE", odd_symbol),
    Check("ERROR", "VARIABLE_UNSUPPORTED_IN_VERSION", without_version),
)
ON_STATEMENTS = (Check("ERROR", "VARIABLE_UNSUPPORTED_IN_ELEMENT", in_wrong_element),)
ON_CONDITIONS = (Check("ERROR", "INVALID_VARIABLE_FOR_OPERATOR", with_wrong_operator),)
