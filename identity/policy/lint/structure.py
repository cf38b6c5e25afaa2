"""Checks of a policy's outline: its elements, their types, its version, its Sids and its size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from identity.policy.document import PRINCIPAL_TYPES, STATEMENT_ELEMENTS, TOP_ELEMENTS, size
from identity.policy.json_tree import Node
from identity.policy.lint.reading import Policy, Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.spelling import perhaps
from identity.policy.strict_json import Number
from identity.policy.values import VERSION_2008, VERSION_2012, VERSIONS, Kind

_SID = re.compile("[0-9A-Za-z]*")
_SIZES = {
    Kind.IDENTITY: (
        10_240,
        "the inline policies of a role, and 5,120 and 2,048 those of a group and a user",
    ),
    Kind.MANAGED: (6_144, "a managed policy"),
    Kind.SESSION: (2_048, "a session policy, white space included"),
    Kind.RESOURCE: (20_480, "most resource-based policies"),
    Kind.TRUST: (2_048, "a role trust policy unless its quota was raised"),
}


def _unknown_names(node: Node, known: set[str], what: str) -> Iterator[Remark]:
    for name, member in node.members().items():
        if name not in known:
            hint = perhaps(name, known)
            yield Remark(
                member.name, f"Remove or rename `{name}`: {what} has no such element{hint}."
            )


def unknown_elements(policy: Policy) -> Iterator[Remark]:
    yield from _unknown_names(policy.root, TOP_ELEMENTS, "a policy")
    for statement in policy.statements:
        yield from _unknown_names(statement.node, STATEMENT_ELEMENTS, "a statement")


def unknown_principal_types(statement: Statement) -> Iterator[Remark]:
    for name in ("Principal", "NotPrincipal"):
        node = statement.element(name)
        if node:
            yield from _unknown_names(node, PRINCIPAL_TYPES, "a principal")


# --- types --------------------------------------------------------------------------------------


def _must_be(node: Node | None, kinds: type | tuple[type, ...], what: str) -> Iterator[Remark]:
    if node is not None and not isinstance(node.value, kinds):
        yield Remark(node, f"Write {what} here.")


def wrong_types(policy: Policy) -> Iterator[Remark]:
    yield from _must_be(policy.root, dict, "an object, the policy")
    elements = {name: member.value for name, member in policy.root.members().items()}
    yield from _must_be(elements.get("Version"), str, "a date as a string")
    yield from _must_be(elements.get("Id"), str, "a string")
    for item in elements["Statement"].items() if "Statement" in elements else ():
        yield from _must_be(item, dict, "a statement, which is an object,")


def wrong_types_in_statement(statement: Statement) -> Iterator[Remark]:
    for name in ("Sid", "Effect"):
        yield from _must_be(statement.element(name), str, "a string")
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        node = statement.element(name)
        for item in node.items() if node else ():
            yield from _must_be(item, str, "a string, or a list of strings,")
    for name in ("Principal", "NotPrincipal"):
        node = statement.element(name)
        if node and node.value != "*":
            yield from _must_be(node, dict, 'an object such as {"AWS": "111122223333"}')
        for member in node.members().values() if node else ():
            for item in member.value.items():
                yield from _must_be(item, str, "a string, or a list of strings,")
    yield from _must_be(statement.element("Condition"), dict, "an object of operators")


def wrong_types_in_conditions(statement: Statement) -> Iterator[Remark]:
    block = statement.element("Condition")
    for operator in block.members().values() if block else ():
        yield from _must_be(operator.value, dict, "an object of condition keys")
    for condition in statement.conditions:
        for value in condition.values:
            scalar = (str, bool, Number)
            yield from _must_be(value, scalar, "a string, a number, true or false")


# --- version, statements and size -----------------------------------------------------------------


def missing_version(policy: Policy) -> Iterator[Remark]:
    if isinstance(policy.root.value, dict) and "Version" not in policy.root.value:
        message = f'Add "Version": "{VERSION_2012}": without it policy variables are plain text.'
        yield Remark(policy.root, message)


def invalid_version(policy: Policy) -> Iterator[Remark]:
    member = policy.root.members().get("Version")
    if member and isinstance(member.value.value, str) and member.value.value not in VERSIONS:
        message = f'Use "{VERSION_2012}", or "{VERSION_2008}" for a policy without variables.'
        yield Remark(member.value, message)


def missing_statement(policy: Policy) -> Iterator[Remark]:
    member = policy.root.members().get("Statement")
    if isinstance(policy.root.value, dict) and (member is None or member.value.value == []):
        yield Remark(member.value if member else policy.root, "Add at least one statement.")


def size_over_quota(kinds: tuple[Kind, ...], policy: Policy) -> Iterator[Remark]:
    if policy.kind not in kinds:
        return
    most, what = _SIZES[policy.kind]
    has = len(policy.text) if policy.kind is Kind.SESSION else size(policy.text)
    if has > most:
        yield Remark(
            policy.root, f"Shorten it by {has - most} characters: {most} is the most for {what}."
        )


def identity_policy_too_long(policy: Policy) -> Iterator[Remark]:
    return size_over_quota((Kind.IDENTITY, Kind.MANAGED, Kind.SESSION), policy)


def resource_policy_too_long(policy: Policy) -> Iterator[Remark]:
    return size_over_quota((Kind.RESOURCE,), policy)


def trust_policy_too_long(policy: Policy) -> Iterator[Remark]:
    return size_over_quota((Kind.TRUST,), policy)


# --- Sids -----------------------------------------------------------------------------------------


def repeated_sids(policy: Policy) -> Iterator[Remark]:
    seen: set[str] = set()
    for statement in policy.statements:
        for sid in statement.texts("Sid"):
            if sid.value and str(sid.value) in seen:
                yield Remark(sid, f"Give this statement another Sid: `{sid.value}` is taken.")
            seen.add(str(sid.value))


def odd_sid(statement: Statement) -> Iterator[Remark]:
    for sid in statement.texts("Sid"):
        # A role trust policy takes any Sid.
        if statement.policy.kind is not Kind.TRUST and not _SID.fullmatch(str(sid.value)):
            yield Remark(sid, "Use letters and digits only in the Sid.")


def empty_sid(statement: Statement) -> Iterator[Remark]:
    sid = statement.element("Sid")
    if sid and sid.value == "":
        yield Remark(sid, "Name the statement, or remove the empty Sid.")


ON_POLICY = (
    Check("ERROR", "INVALID_POLICY_ELEMENT", unknown_elements),
    Check("ERROR", "DATA_TYPE_MISMATCH", wrong_types),
    Check("ERROR", "INVALID_VERSION", invalid_version),
    Check("ERROR", "MISSING_STATEMENT", missing_statement),
    Check("ERROR", "UNIQUE_SIDS_REQUIRED", repeated_sids),
    Check("WARNING", "MISSING_VERSION", missing_version),
    Check("WARNING", "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", identity_policy_too_long),
    Check("WARNING", "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", resource_policy_too_long),
    Check("WARNING", "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", trust_policy_too_long),
)
ON_STATEMENTS = (
    Check("ERROR", "INVALID_PRINCIPAL_KEY", unknown_principal_types),
    Check("ERROR", "DATA_TYPE_MISMATCH", wrong_types_in_statement),
    Check("ERROR", "DATA_TYPE_MISMATCH", wrong_types_in_conditions),
    Check("ERROR", "UNSUPPORTED_SID", odd_sid),
    Check("SUGGESTION", "EMPTY_SID_VALUE", empty_sid),
)
