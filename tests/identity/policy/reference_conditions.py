"""The conditions of a statement, as the reference evaluator asks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.identity.policy import reference_operators as operators
from tests.identity.policy.reference_operators import Glyph, Values

ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
EQUALITIES = ["Equals", "NotEquals", "Like", "NotLike"]
OPERATORS = {
    *(f"String{name}" for name in [*EQUALITIES, "EqualsIgnoreCase", "NotEqualsIgnoreCase"]),
    *(f"Arn{name}" for name in EQUALITIES),
    *(f"{family}{name}" for family in ("Numeric", "Date") for name in ORDERS),
    *("Bool", "BinaryEquals", "IpAddress", "NotIpAddress"),
}


def condition_holds(
    operator: str, key: str, wanted: list[Any], context: Mapping[str, Values], replaces: bool
) -> bool | None:
    """Whether it holds; `None` for an operator that AWS lacks or a value that it cannot have."""
    quantifier, _, base = operator.rpartition(":")
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    asked = operators.value_of(key, context)
    texts = [operators.as_text(value) for value in wanted]
    if not is_operator(operator) or not all(operators.can_be_read(base, text) for text in texts):
        return None
    if base == "Null":
        return any((text.lower() == "true") is (asked is None) for text in texts)
    if not texts:
        return no_value_holds(quantifier, asked)
    if asked is None:
        return absent_key_holds(base, quantifier, if_exists)
    if quantifier == "" and not isinstance(asked, str):
        return multivalued_key_holds_nothing()
    values = [asked] if isinstance(asked, str) else list(asked)
    found = [operators.replaced(text, context, replaces) for text in texts]
    results = [
        value_holds(base, value, [one for one in found if one is not None]) for value in values
    ]
    return any(results) if quantifier == "ForAnyValue" else all(results)


def is_operator(name: str) -> bool:
    """`Null` has neither IfExists nor set operators."""
    bare = name.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
    return name == "Null" or bare.removesuffix("IfExists") in OPERATORS


def no_value_holds(quantifier: str, asked: Values | None) -> bool:
    """An empty list matches nothing, but all of no values are in it."""
    return quantifier == "ForAllValues" and asked is None


def absent_key_holds(base: str, quantifier: str, if_exists: bool) -> bool:
    """Positive false, negated true, IfExists true; ForAllValues true, ForAnyValue false."""
    if if_exists or quantifier == "ForAllValues":
        return True
    return "Not" in base and quantifier == ""


def multivalued_key_holds_nothing() -> bool:
    """Without a set operator, positive or negated, with one value or many."""
    return False


def value_holds(base: str, asked: str, wanted: list[list[Glyph]]) -> bool:
    """OR over the values; for a negated operator none of them."""
    if not operators.can_be_compared(base, asked):
        return False
    positive = base.replace("Not", "")
    fits = any(operators.fits(positive, asked, one) for one in wanted)
    return not fits if "Not" in base else fits
