"""AWS Query in: the grammar of names, numbers and booleans, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import MalformedInput, ValidationError
from identity.wire import query, spec
from tests.bounded import processor_seconds


def parse(action: str, fields: dict[str, str], service: str = "iam") -> dict[str, Any]:
    return query.parse(spec.operation(service, action).input_shape, fields)


def test_fields_become_parameters() -> None:
    fields = {"UserName": "ana", "Tags.member.1.Key": "team", "Tags.member.1.Value": "blue"}
    assert parse("CreateUser", fields) == {
        "UserName": "ana",
        "Tags": [{"Key": "team", "Value": "blue"}],
    }


def test_a_structure_inside_a_structure_is_read() -> None:
    fields = {
        "TargetPrincipal": "123456789012",
        "TaskPolicyArn.arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
    }
    assert parse("AssumeRoot", fields, "sts")["TaskPolicyArn"] == {
        "arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    }


def test_a_map_is_read_by_its_entries() -> None:
    fields = {
        "Properties.entry.1.key": "a",
        "Properties.entry.1.value": "1",
        "Properties.entry.02.value": "2",
        "Properties.entry.02.key": "b",
    }
    assert parse("PutAccountProperties", fields) == {"Properties": {"a": "1", "b": "2"}}


@pytest.mark.parametrize(
    ("numbers", "keys"),
    [
        (["1", "2"], ["1", "2"]),
        (["01", "2"], ["01", "2"]),
        (["2", "1"], ["1", "2"]),
        (["2"], [None, "2"]),
        (["1", "3"], ["1", None, "3"]),
        (["10"], [None] * 9 + ["10"]),
        (["1", "11"], ["1"] + [None] * 9 + ["11"]),
    ],
)
def test_a_list_is_in_the_order_of_its_numbers_and_keeps_its_gaps(
    numbers: list[str], keys: list[str | None]
) -> None:
    fields = {f"TagKeys.member.{number}": number for number in numbers}
    assert parse("UntagUser", fields)["TagKeys"] == keys


def test_one_number_spelt_in_two_ways_is_one_member() -> None:
    fields = {"Tags.member.1.Key": "a", "Tags.member.01.Value": "b"}
    assert parse("TagUser", fields)["Tags"] == [{"Key": "a", "Value": "b"}]


def test_an_empty_list_is_sent_as_an_empty_value() -> None:
    assert parse("UntagUser", {"TagKeys": ""}) == {"TagKeys": []}


def test_an_unknown_member_further_down_is_ignored() -> None:
    fields = {"Tags.member.1.Key": "a", "Tags.member.1.Colour.member.1": "red"}
    assert parse("TagUser", fields)["Tags"] == [{"Key": "a"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"TagKeys": "a"},
        {"TagKeys.1": "a"},
        {"TagKeys.entry.1": "a"},
        {"TagKeys.member": "a"},
        {"TagKeys.member.": "a"},
        {"TagKeys.member.0": "a"},
        {"TagKeys.member.00": "a"},
        {"TagKeys.member.-1": "a"},
        {"TagKeys.member.+1": "a"},
        {"TagKeys.member.1 ": "a"},
        {"TagKeys.member.1.5": "a"},
        {"TagKeys.member.1e0": "a"},
        {"TagKeys.member.one": "a"},
        {"TagKeys.member.\u0661": "a"},
        {"TagKeys.member.11": "a"},
        {"TagKeys.member.1": "a", "TagKeys.member.12": "b"},
        {"TagKeys.member.99999999999999999999": "a"},
        {"TagKeys.member.1": "a", "TagKeys.member.01": "b"},
        {"TagKeys.member.1": "a", "TagKeys.entry.1": "b"},
        {"TagKeys.member.1": "a", "TagKeys": ""},
        {"UserName.member.1": "a"},
        {"UserName.": "a"},
        {"UserName": "a", "UserName.x": "b"},
    ],
)
def test_a_name_that_fits_no_list_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(MalformedInput):
        parse("UntagUser", fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"Tags.member.1": "a"},
        {"Tags.member.1.2": "a"},
        {"Tags.member.1.2.Key": "a"},
        {"Tags.member.1.Key.x": "a"},
        {"Tags.Key": "a"},
    ],
)
def test_a_name_that_fits_no_structure_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(MalformedInput):
        parse("TagUser", fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"Properties": ""},
        {"Properties.entry.1.key": "a"},
        {"Properties.entry.1.value": "a"},
        {"Properties.entry.1": "a"},
        {"Properties.member.1.key": "a", "Properties.member.1.value": "b"},
        {
            "Properties.entry.1.key": "a",
            "Properties.entry.1.value": "b",
            "Properties.entry.1.z": "",
        },
        {
            "Properties.entry.1.key": "a",
            "Properties.entry.1.value": "b",
            "Properties.entry.2.key": "a",
            "Properties.entry.2.value": "c",
        },
    ],
)
def test_an_entry_that_is_not_one_key_and_one_value_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(MalformedInput):
        parse("PutAccountProperties", fields)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("900", 900),
        ("0900", 900),
        ("+900", 900),
        ("-5", -5),
        ("0", 0),
        ("2147483647", 2147483647),
        ("-2147483648", -2147483648),
        ("0" * 5000 + "7", 7),
    ],
)
def test_integers_are_decimal(text: str, number: int) -> None:
    assert parse("ListUsers", {"MaxItems": text}) == {"MaxItems": number}


_OVER = ("2147483648", "-2147483649", "900\n")


@pytest.mark.parametrize(
    "text",
    ["", " 900", "900 ", "900.0", "9e2", "0x10", "1_000", "--1", "+", "\u0661", "9" * 5000, *_OVER],
)
def test_what_is_not_a_32_bit_integer_is_malformed(text: str) -> None:
    with pytest.raises(MalformedInput, match="MaxItems"):
        parse("ListUsers", {"MaxItems": text})


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)]
)
def test_four_words_are_boolean(text: str, value: bool) -> None:
    assert parse("ListPolicies", {"OnlyAttached": text}) == {"OnlyAttached": value}


@pytest.mark.parametrize("text", ["", "True", "FALSE", "yes", "2", " true", "01"])
def test_no_other_word_is_boolean(text: str) -> None:
    with pytest.raises(MalformedInput, match="OnlyAttached"):
        parse("ListPolicies", {"OnlyAttached": text})


@pytest.mark.parametrize(
    "name", ["Colour", "username", "UserName ", "Colour.member.1", "", ".UserName", "1"]
)
def test_an_unknown_parameter_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        parse("GetUser", {"UserName": "ana", name: "red"})
    assert refusal.value.message == f"The parameter {name.split('.')[0]} is not recognized."


def test_an_action_without_parameters_takes_none() -> None:
    assert query.parse(None, {}) == {}
    with pytest.raises(ValidationError, match="UserName"):
        query.parse(None, {"UserName": "ana"})


def test_every_input_of_both_models_can_be_read() -> None:
    for service in spec.SERVICES:
        for name in spec.model(service).operation_names:
            assert query.parse(spec.operation(service, name).input_shape, {}) == {}


def test_no_shape_is_renamed_or_flattened_which_this_reader_would_have_to_know() -> None:
    for service in spec.SERVICES:
        for name in spec.model(service).shape_names:
            shape = spec.model(service).shape_for(name)
            assert shape.serialization.keys() <= {"resultWrapper"}
            for member in getattr(shape, "members", {}).values():
                assert not member.serialization


@pytest.mark.parametrize(
    "fields",
    [
        {"Tags" + ".member.1" * 100_000: "a"},
        {"Tags.member.1" + ".x" * 500_000: "a"},
        {"Tags.member." + "1" * 1_000_000: "a"},
        {f"Tags.member.{n * 10}.Key": "a" for n in range(1, 2000)},
        {"Tags.member.1." + "9" * 1_000_000: "a"},
    ],
)
def test_names_made_to_be_slow_are_not(fields: dict[str, str]) -> None:
    with processor_seconds(10), suppress(MalformedInput):
        parse("TagUser", fields)


_PARTS = st.sampled_from(["Tags", "member", "entry", "1", "0", "2", "Key", "Value", "UserName", ""])
_NAMES = st.lists(_PARTS, min_size=1, max_size=5).map(".".join)


@given(st.dictionaries(_NAMES, st.text(max_size=3), max_size=6))
def test_shuffled_names_are_read_or_refused(fields: dict[str, str]) -> None:
    try:
        params = parse("TagUser", fields)
    except (MalformedInput, ValidationError):
        return
    assert params.keys() <= {"UserName", "Tags"}
