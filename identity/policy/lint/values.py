"""Checks of the values in conditions: that their operators can read them, and what they mean."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from identity.policy.json_tree import Node
from identity.policy.limits import can_compare, comparable
from identity.policy.lint.reading import Condition
from identity.policy.lint.report import Check, Remark
from identity.policy.strict_json import Number

_DATE = re.compile(r"\d{4}-\d", re.ASCII)


def _text(node: Node) -> str | None:
    """The value as conditions compare it; `None` for what is no scalar."""
    if isinstance(node.value, bool):
        return str(node.value).lower()
    if isinstance(node.value, Number):
        return node.value.text
    return node.value if isinstance(node.value, str) else None


def _unreadable(condition: Condition) -> Iterator[tuple[Node, str]]:
    """The values, less those with variables, that the operator cannot read."""
    named = condition.named
    for node in condition.values if named.operator else ():
        text = _text(node)
        if text is not None and "${" not in text and not can_compare(named.base, text):
            yield node, text


def _mismatch(family: str) -> Callable[[Condition], Iterator[Remark]]:
    def run(condition: Condition) -> Iterator[Remark]:
        if family in condition.named.base:
            for node, text in _unreadable(condition):
                if family != "Date" or not _DATE.match(text):
                    wanted = comparable(condition.named.base)
                    yield Remark(node, f"Write {wanted}: `{condition.named.base}` compares that.")

    return run


def impossible_date(condition: Condition) -> Iterator[Remark]:
    if "Date" in condition.named.base:
        for node, text in _unreadable(condition):
            if _DATE.match(text):
                message = "Write a date that there is, with its zone: `2026-11-24T10:00:00Z`."
                yield Remark(node, message)


def no_string(condition: Condition) -> Iterator[Remark]:
    if condition.named.base.startswith(("String", "Arn")):
        for node in condition.values:
            if isinstance(node.value, bool | Number):
                yield Remark(node, "Put the value in quotes: the operator compares strings.")


def mixed_types(condition: Condition) -> Iterator[Remark]:
    types = {type(node.value) for node in condition.values}
    if len(types) > 1 and types <= {str, bool, Number}:
        yield Remark(condition.value, "Write all values of the key in the same JSON type.")


def both_truths(condition: Condition) -> Iterator[Remark]:
    texts = {(_text(node) or "").lower() for node in condition.values}
    if condition.named.base in ("Bool", "Null") and texts >= {"true", "false"}:
        yield Remark(condition.value, "Keep one of true and false: with both it tells nothing.")


# --- addresses ----------------------------------------------------------------------------------


def _ranges(condition: Condition) -> Iterator[tuple[Node, str]]:
    if condition.named.base in ("IpAddress", "NotIpAddress"):
        for node in condition.strings:
            if can_compare("IpAddress", str(node.value)):
                yield node, str(node.value)


def _private(condition: Condition) -> list[Node]:
    if condition.name != "aws:sourceip":
        return []
    return [
        node for node, text in _ranges(condition) if ipaddress.ip_interface(text).network.is_private
    ]


def only_private(condition: Condition) -> Iterator[Remark]:
    """An error to AWS, whose callers have public addresses; ours may stand in the same network."""
    private = _private(condition)
    if private and len(private) == len(condition.values):
        message = "Make sure that callers reach this server from a private network."
        yield Remark(condition.value, message)


def some_private(condition: Condition) -> Iterator[Remark]:
    private = _private(condition)
    if len(private) < len(condition.values):
        for node in private:
            yield Remark(node, "Make sure that some callers come from this private network.")


def bits_after_prefix(condition: Condition) -> Iterator[Remark]:
    for node, text in _ranges(condition):
        interface = ipaddress.ip_interface(text)
        if interface.ip != interface.network.network_address:
            reason = (
                "nothing is in the range as it is"
                if interface.version == 6
                else "the rest of the address is ignored"
            )
            yield Remark(node, f"Write `{interface.network}`: {reason}.")


ON_CONDITIONS = (
    Check("ERROR", "INVALID_CONDITION_DATA_TYPE", mixed_types),
    Check("ERROR", "INVALID_CONDITION_MULTIPLE_BOOLEAN", both_truths),
    Check("WARNING", "TYPE_MISMATCH_BOOLEAN", _mismatch("Bool")),
    Check("WARNING", "TYPE_MISMATCH_BOOLEAN", _mismatch("Null")),
    Check("WARNING", "TYPE_MISMATCH_DATE", _mismatch("Date")),
    Check("WARNING", "TYPE_MISMATCH_IP_RANGE", _mismatch("Ip")),
    Check("WARNING", "TYPE_MISMATCH_NUMBER", _mismatch("Numeric")),
    Check("WARNING", "TYPE_MISMATCH_ARN", _mismatch("Arn")),
    Check("WARNING", "TYPE_MISMATCH_BINARY", _mismatch("Binary")),
    Check("WARNING", "TYPE_MISMATCH_STRING", no_string),
    Check("WARNING", "INVALID_DATE_VALUE", impossible_date),
    Check("SUGGESTION", "PRIVATE_IP_ADDRESS", only_private),
    Check("SUGGESTION", "PRIVATE_IP_SUBSET", some_private),
    Check("SUGGESTION", "IMPROVE_IP_RANGE", bits_after_prefix),
)
