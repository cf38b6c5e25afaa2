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
from identity.policy.variables import expand

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
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


def check(condition: Condition) -> None:
    """Raise `MalformedPolicyDocument` for a condition that `answer` could not tell the truth of."""
    use = _use(condition.operator)
    if use is None:
        raise MalformedPolicyDocument(_why_not(condition.operator))
    for value in condition.values:
        if not use.operator.can_want(value):
            raise MalformedPolicyDocument(
                f"Value {value} is not valid for condition operator {condition.operator}."
            )


def _answer(condition: Condition, request: Request, variables: bool) -> Answer:
    use = _use(condition.operator)
    if use is None or not all(map(use.operator.can_want, condition.values)):
        return Answer.UNKNOWN
    return Answer.YES if _holds(use, condition, request, variables) else Answer.NO


def _holds(use: _Use, condition: Condition, request: Request, variables: bool) -> bool:
    asked = request.value(condition.key)
    if use.operator.of_presence:
        asked = "false" if asked is not None else "true"
    if not condition.values:
        return asked is None and use.quantifier is Quantifier.ALL
    if asked is None:
        return use.holds_without_key
    wanted = _wanted(condition.values, request, variables)
    return _quantified(use, asked, wanted)


def _wanted(values: tuple[str, ...], request: Request, variables: bool) -> list[Pieces]:
    """The values to compare with, less those that name a key which the request lacks."""
    expanded = (expand(value, request, variables=variables) for value in values)
    return [pieces for pieces in expanded if pieces is not None]


def _quantified(use: _Use, asked: Value, wanted: list[Pieces]) -> bool:
    if use.quantifier is Quantifier.ONE:
        return isinstance(asked, str) and _fits(use.operator, asked, wanted)
    values = (asked,) if isinstance(asked, str) else asked
    fits = (_fits(use.operator, value, wanted) for value in values)
    return all(fits) if use.quantifier is Quantifier.ALL else any(fits)


def _fits(operator: _Operator, asked: str, wanted: list[Pieces]) -> bool:
    """Any of the wanted values, or for a negated operator none of them."""
    if not operator.can_ask(asked):
        return False
    return any(operator.test(asked, pieces) for pieces in wanted) is not operator.negated


# --- the operators ------------------------------------------------------------------------------


def _always(_value: str) -> bool:
    return True


class _Operator(NamedTuple):
    """A row of the table.

    `test` compares a value of the request with one of the policy. A request that `can_ask` does
    not accept fits neither the operator nor its negation; a policy that holds a value `can_want`
    does not accept cannot be evaluated. An operator `of_presence` is asked "true" for an absent
    key and "false" for a present one, instead of the key's value.
    """

    test: Callable[[str, Pieces], bool]
    negated: bool = False
    of_presence: bool = False
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
    address, network = _address(asked), _network(_text(wanted))
    return address is not None and network is not None and address in network


def _is_address(value: str) -> bool:
    return _address(value) is not None


@lru_cache(1024)
def _address(value: str) -> _Address | None:
    """The address, an IPv4 one even when a dual-stack socket wrote it as `::ffff:192.0.2.1`."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address


@lru_cache(1024)
def _is_cidr(value: str) -> bool:
    """Whether the value is an address, or an address and a prefix length; netmasks are not CIDR."""
    _, slash, length = value.partition("/")
    if slash and not (length.isascii() and length.isdecimal()):
        return False
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return False
    return True


@lru_cache(1024)
def _network(cidr: str) -> _Network | None:
    """The network that a CIDR text names; host bits are ignored in IPv4, match nothing in IPv6."""
    interface = ipaddress.ip_interface(cidr)
    if interface.version == 6 and interface.ip != interface.network.network_address:
        return None
    return interface.network


_OPERATORS = {
    "StringEquals": _Operator(_equals),
    "StringNotEquals": _Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": _Operator(_equals_ignoring_case),
    "StringNotEqualsIgnoreCase": _Operator(_equals_ignoring_case, negated=True),
    "StringLike": _Operator(_like),
    "StringNotLike": _Operator(_like, negated=True),
    "Bool": _Operator(_same_truth, can_want=_is_truth),
    "IpAddress": _Operator(_in_network, can_ask=_is_address, can_want=_is_cidr),
    "NotIpAddress": _Operator(_in_network, negated=True, can_ask=_is_address, can_want=_is_cidr),
    "Null": _Operator(_same_truth, of_presence=True, can_want=_is_truth),
}

_NOT_BUILT = frozenset(
    [
        *("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"),
        *("NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals"),
        *("DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
        *("BinaryEquals", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    ]
)


class _Use(NamedTuple):
    """An operator as a policy writes it: `ForAnyValue:StringLikeIfExists`."""

    operator: _Operator
    quantifier: Quantifier
    if_exists: bool

    @property
    def holds_without_key(self) -> bool:
        negation_of_one = self.operator.negated and self.quantifier is Quantifier.ONE
        return self.if_exists or self.quantifier is Quantifier.ALL or negation_of_one


@lru_cache(256)
def _use(name: str) -> _Use | None:
    """The operator of that name, or `None` if it is not built or not one of AWS's."""
    quantifier, base = _without_quantifier(name)
    operator = _OPERATORS.get(base.removesuffix("IfExists"))
    if operator is None or (operator.of_presence and name not in _OPERATORS):
        return None
    return _Use(operator, quantifier, base.endswith("IfExists"))


def _without_quantifier(name: str) -> tuple[Quantifier, str]:
    for quantifier in (Quantifier.ALL, Quantifier.ANY):
        if name.startswith(quantifier.value):
            return quantifier, name.removeprefix(quantifier.value)
    return Quantifier.ONE, name


def _why_not(name: str) -> str:
    base = _without_quantifier(name)[1].removesuffix("IfExists")
    if base in _NOT_BUILT:
        return f"Condition operator {name} is not supported yet."
    return "Syntax errors in policy."
