"""Condition operators: a table from AWS's names to what compares two texts.

A text that the operator's type cannot read - a number that is none, a date without a zone - fits
nothing. The types are those of the IAM user guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from identity.policy.patterns import ANYTHING, Glob, Stretches, fits, globs, stretches, utf16_units

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Test: TypeAlias = Callable[[str], bool]
_AnyOf: TypeAlias = Callable[[Sequence[str]], Test]


def _always(_value: str) -> bool:
    return True


class Operator(NamedTuple):
    """A row of the table.

    `any_of` reads the values of a policy once, and gives what tells whether a value of a request
    fits one of them. A request that `can_ask` does not accept fits neither the operator nor its
    negation; a policy that holds a value `can_want` does not accept cannot be evaluated. An
    operator `of_presence` is asked "true" for an absent key and "false" for a present one, instead
    of the key's value. Those with `wildcards` want globs. Only strings and ARNs want a value with
    a `${` in it, so that policy variables are replaced there and nowhere else.
    """

    any_of: _AnyOf
    negated: bool = False
    of_presence: bool = False
    wildcards: bool = False
    can_ask: Callable[[str], bool] = _always
    can_want: Callable[[str], bool] = _always


# --- strings and truth ---------------------------------------------------------------------------


def _equals(wanted: Sequence[str]) -> Test:
    return frozenset(wanted).__contains__


def _equals_ignoring_case(wanted: Sequence[str]) -> Test:
    lowered = frozenset(map(str.lower, wanted))
    return lambda asked: asked.lower() in lowered


def _like(wanted: Sequence[str]) -> Test:
    read = globs(wanted)
    return lambda asked: read.fit(utf16_units(asked))


def _same_truth(wanted: Sequence[str]) -> Test:
    truths = frozenset(one.lower() == "true" for one in wanted)
    return lambda asked: (asked.lower() == "true") in truths


def _is_truth(value: str) -> bool:
    return value.lower() in ("true", "false")


# --- numbers, dates and bytes --------------------------------------------------------------------

# Bounded, so that no text of a request becomes a number of a million digits.
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?:Z|(?P<sign>[+-])(?P<zone_hours>[01]\d|2[0-3]):(?P<zone_minutes>[0-5]\d)))?)?)?",
    re.ASCII,
)
_EPOCH_SECONDS = re.compile(r"(?P<seconds>\d{1,15})(?:\.(?P<fraction>\d{1,9}))?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(1024)
def _number(value: str) -> Decimal | None:
    return Decimal(value) if _NUMBER.fullmatch(value) else None


@lru_cache(1024)
def _moment(value: str) -> int | None:
    """Milliseconds since 1970 UTC, of a W3C date and time or of epoch seconds.

    A date and time needs a zone (https://www.w3.org/TR/NOTE-datetime), and what has four digits is
    a year. Finer fractions than milliseconds are cut off.
    """
    found = _DATE.fullmatch(value)
    if found:
        return _calendar_moment(found)
    found = _EPOCH_SECONDS.fullmatch(value)
    return int(found["seconds"]) * 1000 + _milliseconds(found) if found else None


def _calendar_moment(found: re.Match[str]) -> int | None:
    year, month, day = (int(found[name] or 1) for name in ("year", "month", "day"))
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    try:
        since = datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _EPOCH
    except ValueError:
        return None
    return since // timedelta(milliseconds=1) + _milliseconds(found) - _offset(found)


def _offset(found: re.Match[str]) -> int:
    if not found["sign"]:
        return 0
    minutes = int(found["zone_hours"]) * 60 + int(found["zone_minutes"])
    return int(found["sign"] + "60000") * minutes


def _milliseconds(found: re.Match[str]) -> int:
    return int((found["fraction"] or "")[:3].ljust(3, "0"))


def _bytes(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _same_bytes(wanted: Sequence[str]) -> Test:
    read = frozenset(map(_bytes, wanted)) - {None}
    return lambda asked: _bytes(asked) in read


def _comparing(compare: Callable[[Any, Any], bool], read: Callable[[str], Any]) -> _AnyOf:
    def any_of(wanted: Sequence[str]) -> Test:
        values = [read(one) for one in wanted]

        def test(asked: str) -> bool:
            found = read(asked)
            return found is not None and any(compare(found, value) for value in values)

        return test

    return any_of


def _readable(read: Callable[[str], Any]) -> Callable[[str], bool]:
    return lambda value: read(value) is not None


# --- addresses -----------------------------------------------------------------------------------


class _Network(NamedTuple):
    """The addresses of a version that are `base` under the `mask`."""

    version: int
    mask: int
    base: int


def _in_networks(wanted: Sequence[str]) -> Test:
    networks = [network for network in map(_network, wanted) if network is not None]

    def test(asked: str) -> bool:
        address = _address(asked)
        if address is None:
            return False
        version, number = address.version, int(address)
        return any(version == of and number & mask == base for of, mask, base in networks)

    return test


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


def _network(cidr: str) -> _Network | None:
    """The network that a CIDR text names; host bits are ignored in IPv4, match nothing in IPv6."""
    interface = ipaddress.ip_interface(cidr)
    network = interface.network
    if network.version == 6 and interface.ip != network.network_address:
        return None
    return _Network(network.version, int(network.netmask), int(network.network_address))


# --- ARNs ----------------------------------------------------------------------------------------


def _arn_like(wanted: Sequence[str]) -> Test:
    """Field by field: a `*` crosses `:` only in the last of an ARN's six fields."""
    patterns = [_arn_fields(one) for one in wanted if one.count(":") >= 5]

    def test(asked: str) -> bool:
        fields = utf16_units(asked).split(":", 5)
        for pattern in patterns:  # any() and all() take half as long again
            for number, one in pattern:
                if not fits(one, fields[number]):
                    break
            else:
                return True
        return False

    return test


def _arn_fields(wanted: Glob) -> list[tuple[int, Stretches]]:
    """The numbers and globs of the fields that do not want just anything."""
    fields = enumerate(wanted.split(":", 5))
    return [(number, stretches(field)) for number, field in fields if field != ANYTHING]


def _is_arn(value: str) -> bool:
    return value.startswith("arn:") and value.count(":") >= 5


def _may_be_arn(value: str) -> bool:
    """Whether the policy's value has the fields of an ARN, or a variable that may bring them."""
    return "${" in value or value.count(":") >= 5


# --- the table -----------------------------------------------------------------------------------


def _numeric(compare: Callable[[Any, Any], bool], *, negated: bool = False) -> Operator:
    return Operator(_comparing(compare, _number), negated, can_want=_readable(_number))


def _date(compare: Callable[[Any, Any], bool], *, negated: bool = False) -> Operator:
    readable = _readable(_moment)
    return Operator(_comparing(compare, _moment), negated, can_ask=readable, can_want=readable)


def _ip(*, negated: bool = False) -> Operator:
    return Operator(_in_networks, negated, can_ask=_readable(_address), can_want=_is_cidr)


def _arn(*, negated: bool = False) -> Operator:
    return Operator(_arn_like, negated, wildcards=True, can_ask=_is_arn, can_want=_may_be_arn)


OPERATORS = {
    "StringEquals": Operator(_equals),
    "StringNotEquals": Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": Operator(_equals_ignoring_case),
    "StringNotEqualsIgnoreCase": Operator(_equals_ignoring_case, negated=True),
    "StringLike": Operator(_like, wildcards=True),
    "StringNotLike": Operator(_like, negated=True, wildcards=True),
    "NumericEquals": _numeric(operator.eq),
    "NumericNotEquals": _numeric(operator.eq, negated=True),
    "NumericLessThan": _numeric(operator.lt),
    "NumericLessThanEquals": _numeric(operator.le),
    "NumericGreaterThan": _numeric(operator.gt),
    "NumericGreaterThanEquals": _numeric(operator.ge),
    "DateEquals": _date(operator.eq),
    "DateNotEquals": _date(operator.eq, negated=True),
    "DateLessThan": _date(operator.lt),
    "DateLessThanEquals": _date(operator.le),
    "DateGreaterThan": _date(operator.gt),
    "DateGreaterThanEquals": _date(operator.ge),
    "Bool": Operator(_same_truth, can_want=_is_truth),
    "BinaryEquals": Operator(_same_bytes, can_want=_readable(_bytes)),
    "IpAddress": _ip(),
    "NotIpAddress": _ip(negated=True),
    "ArnEquals": _arn(),
    "ArnNotEquals": _arn(negated=True),
    "ArnLike": _arn(),
    "ArnNotLike": _arn(negated=True),
    "Null": Operator(_same_truth, of_presence=True, can_want=_is_truth),
}
