"""Checks of what a statement must say, may not say, and says by an empty list."""

from __future__ import annotations

from collections.abc import Iterator

from identity.policy.lint.reading import Condition, Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.values import Kind

_PAIRS = ("Action", "Resource", "Principal")


def missing_effect(statement: Statement) -> Iterator[Remark]:
    if "Effect" not in statement.elements:
        yield Remark(statement.node, 'Add "Effect": "Allow" or "Deny".')


def invalid_effect(statement: Statement) -> Iterator[Remark]:
    effect = statement.element("Effect")
    if effect and isinstance(effect.value, str) and not (statement.allows or statement.denies):
        yield Remark(effect, 'Write "Allow" or "Deny", with this capital letter.')


def _missing(statement: Statement, name: str, message: str) -> Iterator[Remark]:
    if not {name, f"Not{name}"} & statement.elements.keys():
        yield Remark(statement.node, message)


def missing_action(statement: Statement) -> Iterator[Remark]:
    return _missing(statement, "Action", "Say which actions the statement is about.")


def missing_resource(statement: Statement) -> Iterator[Remark]:
    if statement.policy.kind is not Kind.TRUST:
        message = 'Say which resources the statement is about; "*" means all.'
        yield from _missing(statement, "Resource", message)


def missing_principal(statement: Statement) -> Iterator[Remark]:
    if statement.policy.kind.names_principals:
        message = "Say whom the statement is about."
        yield from _missing(statement, "Principal", message)


def forbidden_principal(statement: Statement) -> Iterator[Remark]:
    for name in ("Principal", "NotPrincipal"):
        if name in statement.elements and not statement.policy.kind.names_principals:
            message = f"Remove `{name}`: the policy is about whom it is attached to."
            yield Remark(statement.elements[name].name, message)


def both_of_a_pair(statement: Statement) -> Iterator[Remark]:
    for name in _PAIRS:
        if {name, f"Not{name}"} <= statement.elements.keys():
            message = f"Keep either `{name}` or `Not{name}`; a statement cannot say both."
            yield Remark(statement.elements[f"Not{name}"].name, message)


def resource_in_trust(statement: Statement) -> Iterator[Remark]:
    for name in ("Resource", "NotResource"):
        if name in statement.elements and statement.policy.kind is Kind.TRUST:
            message = f"Remove `{name}`: a trust policy is about its own role."
            yield Remark(statement.elements[name].name, message)


def not_principal_in_trust(statement: Statement) -> Iterator[Remark]:
    if "NotPrincipal" in statement.elements and statement.policy.kind is Kind.TRUST:
        message = "Say with `Principal` who may assume the role; `NotPrincipal` is not allowed."
        yield Remark(statement.elements["NotPrincipal"].name, message)


# --- emptiness ----------------------------------------------------------------------------------


def _empty(statement: Statement, name: str, nothing: object, message: str) -> Iterator[Remark]:
    for element in (name, f"Not{name}"):
        node = statement.element(element)
        if node and node.value == nothing:
            yield Remark(node, message)


def no_actions(statement: Statement) -> Iterator[Remark]:
    return _empty(statement, "Action", [], "List actions: an empty list is about none.")


def no_resources(statement: Statement) -> Iterator[Remark]:
    return _empty(statement, "Resource", [], "List resources: an empty list is about none.")


def no_principals(statement: Statement) -> Iterator[Remark]:
    return _empty(statement, "Principal", {}, "Name principals: an empty object is nobody.")


def no_principals_of_type(statement: Statement) -> Iterator[Remark]:
    for name in ("Principal", "NotPrincipal"):
        node = statement.element(name)
        for member in node.members().values() if node else ():
            if member.value.value == []:
                yield Remark(member.value, "Name principals: an empty list is nobody.")


def no_conditions(statement: Statement) -> Iterator[Remark]:
    block = statement.element("Condition")
    if block and block.value == {}:
        yield Remark(block, "Remove the empty `Condition`, or state a condition.")
    for member in block.members().values() if block else ():
        if member.value.value == {}:
            yield Remark(member.value, "Name a condition key, or remove the operator.")


def no_values(condition: Condition) -> Iterator[Remark]:
    if condition.value.value == []:
        yield Remark(condition.value, _MEANING_OF_NO_VALUES[condition.named.quantifier])


_NEVER = "List values: compared with none, the condition never holds."
_MEANING_OF_NO_VALUES = {
    "": _NEVER,
    "ForAnyValue:": _NEVER,
    "ForAllValues:": "Ask with the operator `Null` whether the key is absent, as this list does.",
}


def no_values_of(quantifier: str) -> Check[Condition]:
    """The check for conditions with the quantifier; AWS has an issue code for each."""

    def run(condition: Condition) -> Iterator[Remark]:
        if condition.named.quantifier == quantifier:
            yield from no_values(condition)

    suffix = quantifier.removesuffix(":").upper()
    return Check("SUGGESTION", "_".join(filter(None, ["EMPTY_ARRAY_CONDITION", suffix])), run)


ON_STATEMENTS = (
    Check("ERROR", "MISSING_EFFECT", missing_effect),
    Check("ERROR", "INVALID_EFFECT", invalid_effect),
    Check("ERROR", "MISSING_ACTION", missing_action),
    Check("ERROR", "MISSING_RESOURCE", missing_resource),
    Check("ERROR", "MISSING_PRINCIPAL", missing_principal),
    Check("ERROR", "UNSUPPORTED_PRINCIPAL", forbidden_principal),
    Check("ERROR", "UNSUPPORTED_ELEMENT_COMBINATION", both_of_a_pair),
    Check("ERROR", "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", resource_in_trust),
    Check("ERROR", "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", not_principal_in_trust),
    Check("SUGGESTION", "EMPTY_ARRAY_ACTION", no_actions),
    Check("SUGGESTION", "EMPTY_ARRAY_RESOURCE", no_resources),
    Check("SUGGESTION", "EMPTY_ARRAY_PRINCIPAL", no_principals_of_type),
    Check("SUGGESTION", "EMPTY_OBJECT_PRINCIPAL", no_principals),
    Check("SUGGESTION", "EMPTY_OBJECT_CONDITION", no_conditions),
)
ON_CONDITIONS = tuple(map(no_values_of, _MEANING_OF_NO_VALUES))
