"""JSON with places: what stands where, and how one comes to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.policy.json_tree import JsonError, Node, Path, find, find_name, read
from identity.policy.places import position

TEXT = '{"a": [1, {"b" : "x"}],\n "c": {"d": null}}'
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=9,
)


def every(node: Node) -> list[Node]:
    below = [member.value for member in node.members().values()]
    below += node.items() if isinstance(node.value, list) else []
    return [node, *(one for child in below for one in every(child))]


@given(values, st.sampled_from([None, 0, 3]))
def test_the_text_between_start_and_end_is_the_value(value: Any, indent: int | None) -> None:
    written = json.dumps(value, indent=indent)
    for node in every(read(written)):
        at_path = value
        for step in node.path:
            at_path = at_path[step]
        assert json.loads(written[node.start : node.end]) == at_path
        assert find(read(written), node.path) == node


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), TEXT),
        (("a", 0), "1"),
        (("a", 1, "b"), '"x"'),
        (("a", 1, "b", 0), '"x"'),
        (("c", 0, "d"), "null"),
        (("a", 2), '[1, {"b" : "x"}]'),
        (("c", "z"), '{"d": null}'),
        (("z", "a"), TEXT),
    ],
)
def test_one_comes_as_far_along_a_path_as_there_is_something(path: Path, found: str) -> None:
    node = find(read(TEXT), path)
    assert TEXT[node.start : node.end] == found


def test_a_name_has_a_place_of_its_own() -> None:
    name = find_name(read(TEXT), ("a", 1, "b"))
    assert (TEXT[name.start : name.end], name.path) == ('"b"', ("a", 1, "b"))
    assert position(TEXT, find_name(read(TEXT), ("c",)).start) == (2, 2)
    assert find_name(read(TEXT), ("c", "z")) == find(read(TEXT), ("c",))


def test_what_is_no_json_has_an_offset() -> None:
    with pytest.raises(JsonError) as broken:
        read('{"a": }')
    assert (broken.value.offset, broken.value.expected, broken.value.found) == (6, "a value", '"}"')
