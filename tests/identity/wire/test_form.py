"""Forms and query strings: read in one way, or refused."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import MalformedQueryString
from identity.wire import form


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", []),
        (b"a=1&b=2", [("a", "1"), ("b", "2")]),
        (b"b=2&a=1&b=3", [("b", "2"), ("a", "1"), ("b", "3")]),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=x", [("", "x")]),
        (b"&&a=1&", [("a", "1")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=x+y%20z%2B", [("a", "x y z+")]),
        (b"a=%2f%2F%41%7e~*", [("a", "//A~~*")]),
        (b"a=%C3%A9", [("a", "é")]),
        (b"a=e%CC%81", [("a", "e\u0301")]),
        ("é".encode() + b"=1", [("é", "1")]),
        (b"a%3Db=1", [("a=b", "1")]),
    ],
)
def test_what_is_sent_is_read_byte_by_byte(raw: bytes, pairs: list[tuple[str, str]]) -> None:
    assert form.read(raw) == pairs
    assert form.read(raw.decode("latin-1")) == pairs


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a=%", "Incomplete trailing escape % sequence"),
        (b"a=1%4", "Incomplete trailing escape % sequence"),
        (b"%4&b=1", "Incomplete trailing escape % sequence"),
        (b"a=%zz", "Illegal hex character in escape % pattern: %zz"),
        (b"a=%4g1", "Illegal hex character in escape % pattern: %4g"),
        (b"a=%%41", "Illegal hex character in escape % pattern: %%4"),
        (b"a=%+1", "Illegal hex character in escape % pattern: % 1"),
        (b"a=%u0041", "Illegal hex character in escape % pattern: %u0"),
        (b"a=%ff%fe", "The parameters are not valid UTF-8."),
        (b"a=%C0%AF", "The parameters are not valid UTF-8."),
        (b"a=%ED%A0%80", "The parameters are not valid UTF-8."),
        (b"a=\xff", "The parameters are not valid UTF-8."),
        (b"a=%00", "The character NUL is not allowed."),
        (b"\x00=1", "The character NUL is not allowed."),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(raw: bytes, message: str) -> None:
    with pytest.raises(MalformedQueryString) as refusal:
        form.read(raw)
    assert refusal.value.message == message


def test_a_text_that_is_no_string_of_bytes_is_refused() -> None:
    with pytest.raises(MalformedQueryString):
        form.read("a=\u20ac")


def test_two_thousand_parameters_are_enough() -> None:
    assert len(form.read(b"&".join([b"a"] * 2000))) == 2000
    with pytest.raises(MalformedQueryString, match="More than 2000"):
        form.read(b"&".join([b"a"] * 2001))


@pytest.mark.parametrize(
    "raw", [b"a=1&a=1", b"a=1&a=2", b"a&a=", b"%61=1&a=2", b"Action=ListUsers&Action=DeleteUser"]
)
def test_a_name_given_twice_is_not_chosen_from(raw: bytes) -> None:
    with pytest.raises(MalformedQueryString, match="more than once"):
        form.single(form.read(raw))


def test_names_that_differ_in_case_are_two_names() -> None:
    assert form.single(form.read(b"a=1&A=2")) == {"a": "1", "A": "2"}


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.tuples(_TEXT, _TEXT)), st.sampled_from([quote, quote_plus]))
def test_whatever_a_client_encodes_is_read_back(
    pairs: list[tuple[str, str]], encode: Callable[[str], str]
) -> None:
    raw = "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)
    assert form.read(raw.encode()) == pairs


@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        pairs = form.read(raw)
    except MalformedQueryString:
        return  # a refusal, and no other exception
    assert all("\0" not in name + value for name, value in pairs)
