"""Condition operators: a table of names, and how their answers join.

The rules are those of the IAM user guide, "IAM JSON policy elements: Condition operators" and
"Multivalued context keys". An operator that this table lacks has no answer: `Answer.UNKNOWN`.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from identity.errors import MalformedPolicyDocument
from identity.policy.patterns import Pieces, matches
from identity.policy.request import Request, Value
from identity.policy.variables import expand, malformed

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Answer(enum.Enum):
    """What a condition says of a request; `UNKNOWN` when we cannot tell, and so must refuse."""

    NO = enum.auto()
    UNKNOWN = enum.auto()
    YES = enum.auto()


class Quantifier(enum.Enum):
    """How an operator treats the values of a key; the value is the prefix that says so."""

    ONE = ""
    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of a `Condition` block, operator and key as they were spelled."""

    operator: str
    key: str
    values: tuple[str, ...]


def answer(conditions: Iterable[Condition], request: Request, *, variables: bool) -> Answer:
    """Whether all conditions hold: one `NO` decides, else one `UNKNOWN` does."""
    unknown = False
    for condition in conditions:
        one = _answer(condition, request, variables)
        if one is Answer.NO:
            return Answer.NO
        unknown = unknown or one is Answer.UNKNOWN
    return Answer.UNKNOWN if unknown else Answer.YES


def check(condition: Condition, *, variables: bool) -> None:
    """Raise `MalformedPolicyDocument` for a condition that `answer` could not tell the truth of."""
    use = _use(condition.operator)
    if use is None:
        raise MalformedPolicyDocument(_why_not(condition.operator))
    for value in condition.values:
        if not use.operator.can_want(value):
            raise MalformedPolicyDocument(
                f"Value {value} is not valid for condition operator {condition.operator}."
            )
        if variables and use.operator.variables and malformed(value):
            raise MalformedPolicyDocument("Syntax errors in policy.")


# --- the operators ------------------------------------------------------------------------------


def _always(_value: str) -> bool:
    return True


class _Operator(NamedTuple):
    """A row of the table.

    `test` compares a value of the request with one of the policy. A request that `can_ask` does
    not accept fits neither the operator nor its negation; a policy that holds a value `can_want`
    does not accept cannot be evaluated.
    """

    test: Callable[[str, Pieces], bool]
    negated: bool = False
    variables: bool = True
    can_ask: Callable[[str], bool] = _always
    can_want: Callable[[str], bool] = _always


def _text(wanted: Pieces) -> str:
    return "".join(piece.text for piece in wanted)


def _equals(asked: str, wanted: Pieces) -> bool:
    return asked == _text(wanted)


def _equals_ignoring_case(asked: str, wanted: Pieces) -> bool:
    return asked.lower() == _text(wanted).lower()


def _like(asked: str, wanted: Pieces) -> bool:
    return matches(wanted, asked)


def _same_truth(asked: str, wanted: Pieces) -> bool:
    return (asked.lower() == "true") == (_text(wanted).lower() == "true")


def _is_truth(value: str) -> bool:
    return value.lower() in ("true", "false")


def _in_network(asked: str, wanted: Pieces) -> bool:
    network = _network(_text(wanted))
    if network is None or (network.version == 6 and not _has_clear_host_bits(_text(wanted))):
        return False
    address = ipaddress.ip_address(asked)
    return (getattr(address, "ipv4_mapped", None) or address) in network


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _is_network(value: str) -> bool:
    return _network(value) is not None


@lru_cache(1024)
def _network(cidr: str) -> _Network | None:
    """The network of `address` or `address/prefix length`; netmasks are not CIDR."""
    _, slash, length = cidr.partition("/")
    if slash and not (length.isascii() and length.isdecimal()):
        return None
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return None


def _has_clear_host_bits(cidr: str) -> bool:
    return ipaddress.ip_interface(cidr).ip == ipaddress.ip_network(cidr, strict=False)[0]


_OPERATORS = {
    "StringEquals": _Operator(_equals),
    "StringNotEquals": _Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": _Operator(_equals_ignoring_case),
    "StringNotEqualsIgnoreCase": _Operator(_equals_ignoring_case, negated=True),
    "StringLike": _Operator(_like),
    "StringNotLike": _Operator(_like, negated=True),
    "Bool": _Operator(_same_truth, variables=False, can_want=_is_truth),
    "IpAddress": _Operator(
        _in_network, variables=False, can_ask=_is_address, can_want=_is_network
    ),
    "NotIpAddress": _Operator(
        _in_network, negated=True, variables=False, can_ask=_is_address, can_want=_is_network
    ),
    "Null": _Operator(_same_truth, variables=False, can_want=_is_truth),
}
