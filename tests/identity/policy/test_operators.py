"""Condition operators, as tables: which values each of them takes for equal, less, like, within."""

from __future__ import annotations

import pytest

from identity.policy.operators import OPERATORS
from tests.identity.policy.builders import ANA, holds


@pytest.mark.parametrize(
    ("operator", "asked", "wanted", "expected"),
    [
        ("StringEquals", "ana", "ana", True),
        ("StringEquals", "ana", "Ana", False),
        ("StringEquals", "ana", "a*", False),
        ("StringEquals", "a*", "a*", True),
        ("StringEquals", "", "", True),
        ("StringEquals", " ana", "ana", False),
        ("StringEquals", "1", 1, True),
        ("StringEquals", "1.0", 1, False),
        ("StringEquals", "true", True, True),
        ("StringEqualsIgnoreCase", "ANA", "ana", True),
        ("StringEqualsIgnoreCase", "\u00c9", "\u00e9", True),
        ("StringEqualsIgnoreCase", "stra\u00dfe", "strasse", False),
        ("StringLike", "ana", "a*", True),
        ("StringLike", "a/n:a", "a*a", True),
        ("StringLike", "ana", "A*", False),
        ("StringLike", "ana", "an?", True),
        ("StringLike", "ana", "an", False),
        ("StringLike", "\U0001f600", "?", False),
        ("StringLike", "\U0001f600", "??", True),
        ("Bool", "true", "true", True),
        ("Bool", "TRUE", "True", True),
        ("Bool", "false", "false", True),
        ("Bool", "true", "false", False),
        ("Bool", "yes", "false", True),
        ("Bool", "", "false", True),
        ("Bool", "1", "true", False),
        ("Bool", "true", True, True),
    ],
)
def test_a_value_is_compared(operator: str, asked: str, wanted: object, expected: bool) -> None:
    assert holds(operator, wanted, aws__x=asked) is expected
    assert holds(f"{operator}IfExists", wanted, aws__x=asked) is expected
    if operator.startswith("String"):
        assert holds(operator.replace("String", "StringNot"), wanted, aws__x=asked) is not expected


@pytest.mark.parametrize(
    ("asked", "wanted", "expected"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.99.99.99/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3/32", True),
        ("10.1.2.4", "10.1.2.3", False),
        ("10.1.2.3", "0.0.0.0/0", True),
        ("2001:db8::1", "2001:db8::/32", True),
        ("2001:DB8:0::1", "2001:db8::1", True),
        ("2001:db8::1", "2001:db8::1/32", False),
        ("2001:db8::1", "0.0.0.0/0", False),
        ("10.1.2.3", "::/0", False),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", ["192.168.0.0/16", "10.0.0.0/8"], True),
    ],
)
def test_an_address_is_looked_for_in_networks(asked: str, wanted: object, expected: bool) -> None:
    assert holds("IpAddress", wanted, aws__x=asked) is expected
    assert holds("NotIpAddress", wanted, aws__x=asked) is not expected


@pytest.mark.parametrize(
    ("asked", "wanted", "less", "equal"),
    [
        ("1", "2", True, False),
        ("2", "10", True, False),
        ("-10", "2", True, False),
        ("10", "2", False, False),
        ("3600", 3600, False, True),
        ("1", "1.0", False, True),
        ("1.50", 1.5, False, True),
        ("+7", "7", False, True),
        ("007", "7", False, True),
        ("1e3", "1000", False, True),
        ("-0", "0", False, True),
        ("0.1", "0.10000000000000000000000000000001", True, False),
        ("9007199254740993", "9007199254740992", False, False),
    ],
)
def test_numbers_are_compared_as_decimals(
    asked: str, wanted: object, less: bool, equal: bool
) -> None:
    assert order("Numeric", wanted, asked) == (less, equal)


@pytest.mark.parametrize(
    ("asked", "wanted", "less", "equal"),
    [
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:01Z", True, False),
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00Z", False, True),
        ("2026-11-24T00:00:00Z", "2026-11-24", False, True),
        ("2026-11-01T00:00:00Z", "2026-11", False, True),
        ("2026-01-01T00:00:00Z", "2026", False, True),
        ("2026-11-24T10:00:00Z", "2026-11-24T12:00:00+02:00", False, True),
        ("2026-11-24T10:00:00Z", "2026-11-24T04:30:00-05:30", False, True),
        ("2026-11-24T10:00:00.123Z", "2026-11-24T10:00:00.1239Z", False, True),
        ("2026-11-24T10:00:00.123Z", "2026-11-24T10:00:00.124Z", True, False),
        ("2026-11-24T10:00:00.5Z", "2026-11-24T10:00:00.500Z", False, True),
        ("1795514400", "2026-11-24T10:00:00Z", False, True),
        ("2026-11-24T10:00:00Z", 1795514400, False, True),
        ("1795514400.123", "2026-11-24T10:00:00.123Z", False, True),
        ("0", "1970", False, True),
        ("1969-12-31T23:59:59.999Z", "0", True, False),
        ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", True, False),
        ("99999", "2026-11-24T10:00:00Z", True, False),
    ],
)
def test_dates_are_compared_to_the_millisecond(
    asked: str, wanted: object, less: bool, equal: bool
) -> None:
    assert order("Date", wanted, asked) == (less, equal)


def order(family: str, wanted: object, asked: str) -> tuple[bool, bool]:
    """Whether the asked value is less and equal, by all six operators, which must agree."""
    less, equal = (
        holds(f"{family}{name}", wanted, aws__x=asked) for name in ("LessThan", "Equals")
    )
    expected = {
        "NotEquals": not equal,
        "LessThanEquals": less or equal,
        "GreaterThan": not (less or equal),
        "GreaterThanEquals": not less,
    }
    for name, truth in expected.items():
        assert holds(family + name, wanted, aws__x=asked) is truth
    return less, equal


@pytest.mark.parametrize(
    "asked", ["", "one", "1,5", "0x1", "NaN", "Infinity", "1 ", "\u0661", "1_0"]
)
def test_what_is_no_number_equals_none_and_has_no_order(asked: str) -> None:
    for name in OPERATORS:
        if name.startswith("Numeric"):
            assert holds(name, "1", aws__x=asked) is (name == "NumericNotEquals")


@pytest.mark.parametrize(
    "asked",
    [
        *("", "now", "2026-13", "2026-02-30", "2026-11-24T10:00:00", "2026-11-24T25:00Z"),
        *("2026-11-24T10:00:00+25:00", "2026-11-24T10:00:60Z", "20261124T100000Z ", "-1"),
    ],
)
def test_what_is_no_date_never_matches_even_negated(asked: str) -> None:
    for name in OPERATORS:
        if name.startswith("Date"):
            assert not holds(name, ["1970", "2026-11-24T10:00:00Z"], aws__x=asked)


@pytest.mark.parametrize(
    ("asked", "wanted", "expected"),
    [
        ("YQ==", "YQ==", True),
        ("YQ==", ["Yg==", "YQ=="], True),
        ("YQ==", "Yg==", False),
        ("YR==", "YQ==", True),
        ("", "", True),
        ("a", "YQ==", False),
        ("YQ", "YQ==", False),
        ("YQ==\n", "YQ==", False),
        ("\u00e9", "YQ==", False),
    ],
)
def test_bytes_are_compared_decoded(asked: str, wanted: object, expected: bool) -> None:
    assert holds("BinaryEquals", wanted, aws__x=asked) is expected


@pytest.mark.parametrize(
    ("asked", "wanted", "expected"),
    [
        (ANA, ANA, True),
        (ANA, "arn:aws:iam::111122223333:user/*", True),
        (ANA, "arn:aws:iam::111122223333:user/an?", True),
        (ANA, "arn:*:*:*:*:*", True),
        (ANA, "arn:???:iam::1111*:user/ana", True),
        (ANA, "arn:aws:iam:*:*:user/ana", True),
        (ANA, "arn:aws:iam:?:111122223333:user/ana", False),
        (ANA, "arn:aws:*:user/ana::", False),
        (ANA, "arn:aws:iam::*:*:user/ana", False),
        (ANA, "arn:aws:iam::111122223333:USER/ana", False),
        (ANA, ["arn:aws:iam::*:user/ben", ANA], True),
        ("arn:aws:sns:eu-west-1:1:topic:sub:id", "arn:aws:sns:*:*:topic:*", True),
        ("arn:aws:sns:eu-west-1:1:topic:sub:id", "arn:aws:sns:*:*:*:id", True),
        ("arn:aws:s3:::b/\U0001f600", "arn:aws:s3:::b/??", True),
        ("arn:aws:s3:::b/\U0001f600", "arn:aws:s3:::b/?", False),
    ],
)
def test_an_arn_is_compared_field_by_field(asked: str, wanted: object, expected: bool) -> None:
    for name in ("ArnEquals", "ArnLike"):
        assert holds(name, wanted, aws__x=asked) is expected
        assert holds(name.replace("Arn", "ArnNot"), wanted, aws__x=asked) is not expected


@pytest.mark.parametrize("asked", ["", "*", "ana", "arn:aws:iam::user", "urn:aws:iam::1:user/ana"])
@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])
def test_what_is_no_arn_never_matches_even_negated(operator: str, asked: str) -> None:
    assert not holds(operator, ["*:*:*:*:*:*", ANA], aws__x=asked)


@pytest.mark.parametrize("asked", ["", "localhost", "10.0.0", "10.0.0.1/32", "10.0.0.1, 10.0.0.2"])
@pytest.mark.parametrize("operator", ["IpAddress", "NotIpAddress", "NotIpAddressIfExists"])
def test_a_malformed_address_never_matches_even_negated(operator: str, asked: str) -> None:
    assert not holds(operator, "0.0.0.0/0", aws__x=asked)
    assert not holds(operator, "192.0.2.0/24", aws__x=asked)
