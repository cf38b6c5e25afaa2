"""Indenting JSON: the same text to a reader, and no letter lost."""

from __future__ import annotations

import json

import pytest

from console.json_format import indented


def test_it_is_indented_as_json_usually_is() -> None:
    value = {"Version": "2012-10-17", "Statement": [{"Action": ["a:b", "c:d"], "Resource": "*"}]}
    for given in (json.dumps(value), json.dumps(value, indent=7)):
        assert indented(given) == json.dumps(value, indent=2)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("{}", "{}"),
        ("[ ]", "[]"),
        ('{"a":[],"b":{}}', '{\n  "a": [],\n  "b": {}\n}'),
        ('{"a":1,"a":1.50e1}', '{\n  "a": 1,\n  "a": 1.50e1\n}'),
        ('["{,:\\"]", "\\u00e9é"]', '[\n  "{,:\\"]",\n  "\\u00e9é"\n]'),
        ("true", "true"),
    ],
)
def test_keys_that_stand_twice_and_spellings_stay(given: str, shown: str) -> None:
    assert indented(given) == shown
    assert indented(shown) == shown


@pytest.mark.parametrize("broken", ["", "{", '{"a" 1}', "[1,]", "{'a': 1}"])
def test_what_is_no_json_is_left_to_the_check(broken: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        indented(broken)
