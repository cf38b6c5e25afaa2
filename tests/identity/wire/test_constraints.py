"""Every constraint of every member of every answered action, broken once; made from the model.

What a member must be is read from botocore's model here and by the validation, each in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from identity.errors import MalformedInput, ValidationError
from identity.operations.registry import TABLE
from identity.wire import query, validate

# One of them fits every pattern of the models, repeated to the shortest length allowed.
FITTING = [
    *("a", "1", "/", "/a/", "v1", "our-account", "{}", "arn:aws:iam::111122223333:user/a"),
    *("http://a", "https://example.com/", "o-aaaaaaaaaa/r-aaaa/", "p-aaaaaaaa"),
]
SENTENCE = re.compile(r"The specified value for [\w.]+ is invalid\. It must .+\.?")
COUNTED = re.compile(r"(\d+) validation errors? detected: ")

# A place as in AWS's messages, the parameters that break something there, and what.
Broken = tuple[str, dict[str, Any], str]


def input_of(key: tuple[str, str]) -> StructureShape | None:
    shape = TABLE[key].model.input_shape
    return shape if isinstance(shape, StructureShape) else None


ALL = sorted(TABLE)
WITH_INPUT = [key for key in ALL if input_of(key)]


def refusal(key: tuple[str, str], params: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        validate.validate(input_of(key), params)
    return caught.value.message


# --- what fits ----------------------------------------------------------------------------------


def fitting(shape: Shape, *, all_members: bool = False) -> Any:
    """The smallest value that breaks nothing; of structures the required members, or all."""
    low = shape.metadata.get("min", 0)
    if isinstance(shape, StructureShape):
        names = shape.members if all_members else shape.required_members
        return {name: fitting(shape.members[name], all_members=all_members) for name in names}
    if isinstance(shape, ListShape):
        return [fitting(shape.member, all_members=all_members)] * max(low, int(all_members))
    if isinstance(shape, MapShape):
        return {fitting(shape.key): fitting(shape.value)} if low or all_members else {}
    if shape.type_name == "boolean":
        return False
    return low if shape.type_name == "integer" else _fitting_text(shape, low)


def _fitting_text(shape: Shape, low: int) -> str:
    if "enum" in shape.metadata:
        return str(shape.metadata["enum"][0])
    pattern = validate.compiled(shape.metadata.get("pattern", r"[\s\S]*"))
    repeated = (text * -(-max(low, 1) // len(text)) for text in FITTING)
    high = shape.metadata.get("max", float("inf"))
    return next(text for text in repeated if pattern.fullmatch(text) and len(text) <= high)


# --- what does not ------------------------------------------------------------------------------


def broken_values(shape: Shape) -> Iterator[tuple[Any, str]]:
    """Values that break one constraint of a shape, and AWS's words for it."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    what = "value" if shape.type_name == "integer" else "length"
    if low:
        yield _sized(shape, low - 1), f"Member must have {what} greater than or equal to {low}"
    if high is not None:
        yield _sized(shape, high + 1), f"Member must have {what} less than or equal to {high}"
    if shape.type_name != "string":
        return
    if "enum" in shape.metadata:
        values = ", ".join(shape.metadata["enum"])
        yield "no such value", f"Member must satisfy enum value set: [{values}]"
    if pattern := shape.metadata.get("pattern"):
        yield "\0" * max(low or 1, 1), f"Member must satisfy regular expression pattern: {pattern}"


def _sized(shape: Shape, size: int) -> Any:
    if shape.type_name == "integer":
        return size
    if isinstance(shape, ListShape):
        return [fitting(shape.member)] * size
    if isinstance(shape, MapShape):
        return {str(number): fitting(shape.value) for number in range(size)}
    return "a" * size


def violations(shape: StructureShape, place: str = "") -> Iterator[Broken]:
    """Everything that can be broken in a structure, at every depth."""
    whole = fitting(shape)
    for name in shape.required_members:
        rest = {other: value for other, value in whole.items() if other != name}
        yield _inside(place, name), rest, "Member must not be null"
    for name, member in shape.members.items():
        for where, value, words in _below(member, _inside(place, name)):
            yield where, whole | {name: value}, words


def _below(shape: Shape, place: str) -> Iterator[tuple[str, Any, str]]:
    yield from ((place, value, words) for value, words in broken_values(shape))
    if isinstance(shape, StructureShape):
        yield from violations(shape, place)
    elif isinstance(shape, ListShape):
        first = [fitting(shape.member)] * max(shape.metadata.get("min", 1), 1)
        inside = _below(shape.member, f"{place}.1.member")
        yield from ((where, [value, *first[1:]], words) for where, value, words in inside)
    elif isinstance(shape, MapShape):
        keys = _below(shape.key, f"{place}.1.key")
        yield from ((where, {key: fitting(shape.value)}, words) for where, key, words in keys)
        values = _below(shape.value, f"{place}.1.value")
        yield from ((where, {fitting(shape.key): value}, words) for where, value, words in values)


def _inside(place: str, name: str) -> str:
    lower = name[0].lower() + name[1:]
    return f"{place}.{lower}" if place else lower


def parts(message: str) -> list[str]:
    """The failures that a message counts; the count must be true."""
    count = COUNTED.match(message)
    assert count, message
    found = re.split(r"; (?=Value )", message[count.end() :])
    assert len(found) == int(count[1]), message
    return found


def told(message: str, place: str, words: str) -> bool:
    """Whether a message says that these words are true of this place."""
    if SENTENCE.fullmatch(message):
        return message.startswith(f"The specified value for {place} ") and "pattern" in words
    end = f"at '{place}' failed to satisfy constraint: {words}"
    return any(part.startswith("Value ") and part.endswith(end) for part in parts(message))


@pytest.mark.parametrize("key", WITH_INPUT, ids=":".join)
def test_what_fits_the_model_breaks_nothing(key: tuple[str, str]) -> None:
    shape = input_of(key)
    assert shape
    validate.validate(shape, fitting(shape))
    validate.validate(shape, fitting(shape, all_members=True))


@pytest.mark.parametrize("key", WITH_INPUT, ids=":".join)
def test_each_constraint_is_told_with_its_place(key: tuple[str, str]) -> None:
    shape = input_of(key)
    assert shape
    for place, params, words in violations(shape):
        message = refusal(key, params)
        assert told(message, place, words), (place, words, message)


@pytest.mark.parametrize("key", WITH_INPUT, ids=":".join)
def test_two_broken_members_are_told_together(key: tuple[str, str]) -> None:
    shape = input_of(key)
    assert shape
    single: dict[str, tuple[Any, str]] = {}
    for name, member in shape.members.items():
        for value, _ in broken_values(member):
            message = refusal(key, fitting(shape) | {name: value})
            if COUNTED.match(message) and len(parts(message)) == 1:
                single.setdefault(name, (value, *parts(message)))
    for (one, (value, first)), (other, (another, second)) in combinations(single.items(), 2):
        message = refusal(key, fitting(shape) | {one: value, other: another})
        assert message.startswith("2 validation errors detected: ")
        assert sorted(parts(message)) == sorted([first, second])


@pytest.mark.parametrize("key", WITH_INPUT, ids=":".join)
def test_all_missing_members_are_told_together(key: tuple[str, str]) -> None:
    shape = input_of(key)
    assert shape
    if shape.required_members:
        places = [_inside("", name) for name in shape.required_members]
        null = "Value null at '{}' failed to satisfy constraint: Member must not be null"
        assert parts(refusal(key, {})) == [null.format(place) for place in places]


@pytest.mark.parametrize("key", ALL, ids=":".join)
def test_a_parameter_of_no_member_is_refused(key: tuple[str, str]) -> None:
    shape = input_of(key)
    whole = fitting(shape) if shape else {}
    words = "The parameter NoSuchMember is not recognized."
    assert refusal(key, {**whole, "NoSuchMember": "x"}) == words
    with pytest.raises(ValidationError, match=re.escape(words)):
        query.parse(shape, {"NoSuchMember": "x"})


LISTS = [
    pytest.param(key, name, id=f"{key[1]}-{name}")
    for key in WITH_INPUT
    if (shape := input_of(key))
    for name, member in shape.members.items()
    if isinstance(member, ListShape)
]


@pytest.mark.parametrize(("key", "name"), LISTS)
def test_a_number_that_lists_do_not_have_is_malformed(key: tuple[str, str], name: str) -> None:
    for index in ("0", "-1", "12", "1.2", "x", "", "1e1", "+1", " 1"):
        with pytest.raises(MalformedInput):
            query.parse(input_of(key), {f"{name}.member.{index}": "x"})


def _member(key: tuple[str, str], name: str) -> Shape:
    shape = input_of(key)
    assert shape
    listed = shape.members[name]
    assert isinstance(listed, ListShape)
    return listed.member


@pytest.mark.parametrize(("key", "name"), LISTS)
def test_a_gap_in_a_list_is_a_missing_member(key: tuple[str, str], name: str) -> None:
    shape = input_of(key)
    assert shape
    item = fitting(_member(key, name), all_members=True)
    given = query.parse(shape, dict(_fields(f"{name}.member.2", item)))
    assert given[name] == [None, item]
    message = refusal(key, fitting(shape) | given)
    assert told(message, f"{_inside('', name)}.1.member", "Member must not be null")


@pytest.mark.parametrize(("key", "name"), LISTS)
def test_a_zero_before_a_number_changes_nothing(key: tuple[str, str], name: str) -> None:
    shape, item = input_of(key), fitting(_member(key, name), all_members=True)
    one, other = (
        query.parse(shape, dict(_fields(f"{name}.member.{n}", item))) for n in ("1", "01")
    )
    assert one == other == {name: [item]}


def _fields(place: str, item: Any) -> Iterator[tuple[str, str]]:
    """Form fields of a list's item, as an SDK sends them."""
    if isinstance(item, dict):
        for name, value in item.items():
            yield from _fields(f"{place}.{name}", value)
    elif isinstance(item, list):
        for number, value in enumerate(item, 1):
            yield from _fields(f"{place}.member.{number}", value)
    else:
        yield place, str(item)
