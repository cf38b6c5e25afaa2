"""Whatever botocore signs is accepted, and nothing that was changed after it was signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.errors import AwsError
from identity.wire import canonical, form, sigv4
from identity.wire.sigv4 import Wire
from tests.identity.wire.signing import SECRET, accepted, presigned, signed

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
_PAIRS = st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=5, unique_by=lambda pair: pair[0])
_QUERIES = _PAIRS.map(
    lambda pairs: "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs
    )
)
_SEGMENTS = st.lists(_TEXT.filter(lambda text: text not in ("", ".", "..")), max_size=3)
_PATHS = _SEGMENTS.map(lambda parts: "/" + "/".join(quote(part, safe="") for part in parts))
_HEADERS = st.dictionaries(
    st.sampled_from(["x-amz-meta-a", "x-amz-target", "content-type", "accept", "x-other"]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20),
)
_METHODS = st.sampled_from(["GET", "POST"])
_TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)
_BODIES = st.binary(max_size=60)
_BITS = [1 << bit for bit in range(8)]

POSTED = signed(
    target="/?Colour=red%20and%2Bgreen&Size=",
    headers={"Content-Type": "application/x-www-form-urlencoded", "X-Amz-Meta-A": "one two"},
    body=b"Action=GetCallerIdentity&Version=2011-06-15",
    token="FwoGZXIvYXdzEXAMPLE+/=",
)
GOT = presigned("/?Action=GetCallerIdentity&Version=2011-06-15", token="FwoG+/=")


@given(_METHODS, _PATHS, _QUERIES | st.just(""), _HEADERS, _BODIES, _TOKENS | st.none())
def test_what_botocore_signs_in_the_header_is_accepted(
    method: str, path: str, query: str, headers: dict[str, str], body: bytes, token: str | None
) -> None:
    wire = signed(method, f"{path}?{query}", headers=headers, body=body, token=token)
    assert accepted(wire)
    assert sigv4.read(wire).session_token == token


@given(_PATHS, _QUERIES, _HEADERS, _TOKENS | st.none(), st.integers(1, 604800))
def test_what_botocore_signs_in_the_query_is_accepted(
    path: str, query: str, headers: dict[str, str], token: str | None, expires: int
) -> None:
    wire = presigned(f"{path}?{query}", headers=headers, token=token, expires=expires)
    assert accepted(wire)
    read = sigv4.read(wire)
    assert (read.presigned, read.expires, read.session_token) == (True, expires, token)


@given(_TEXT.filter(lambda text: text != SECRET))
def test_no_other_secret_matches(secret: str) -> None:
    assert not accepted(POSTED, secret)
    assert not accepted(GOT, secret)


@pytest.mark.parametrize("wire", [POSTED, GOT], ids=["header", "query"])
def test_every_changed_bit_of_what_is_signed_is_refused(wire: Wire) -> None:
    assert accepted(wire)
    changed = [*_changed_text(wire, "method"), *_changed_text(wire, "path")]
    changed += [*_changed_query(wire), *_changed_headers(wire), *_changed_body(wire)]
    assert len(changed) > 2000
    assert [other for other in changed if accepted(other)] == []


def _flipped(text: str) -> list[str]:
    return [
        text[:place] + chr(ord(letter) ^ bit) + text[place + 1 :]
        for place, letter in enumerate(text)
        for bit in _BITS
    ]


def _changed_text(wire: Wire, name: str) -> list[Wire]:
    changes: list[dict[str, Any]] = [{name: text} for text in _flipped(getattr(wire, name))]
    return [replace(wire, **change) for change in changes]


def _changed_query(wire: Wire) -> list[Wire]:
    """All but other spellings of the same parameters, such as `%2b` for `%2B`."""
    return [
        other for other in _changed_text(wire, "query") if _parameters(other) != _parameters(wire)
    ]


def _parameters(wire: Wire) -> list[tuple[str, str]] | None:
    try:
        return sorted(form.read(wire.query))
    except AwsError:
        return None


def _changed_headers(wire: Wire) -> list[Wire]:
    """Every signed header, and in Authorization all but the id of the key, which picks it."""
    return [
        replace(wire, headers={**wire.headers, name: text})
        for name, value in wire.headers.items()
        for text in _flipped(value)
        if name != "authorization" or text.partition("/")[2] != value.partition("/")[2]
    ]


def _changed_body(wire: Wire) -> list[Wire]:
    flipped = [text.encode("latin-1") for text in _flipped(wire.body.decode("latin-1"))]
    longer = [wire.body + b"\0", wire.body + b"&", wire.body + b"&UserName=ana", b"\0" + wire.body]
    return [replace(wire, body=body) for body in (*flipped, *longer, *_shorter(wire.body))]


def _shorter(body: bytes) -> list[bytes]:
    return [body[:-1], b""] if body else []


@given(_QUERIES, _BODIES, _QUERIES, _BODIES)
def test_a_signature_is_for_one_query_and_one_body(
    query: str, body: bytes, other_query: str, other_body: bytes
) -> None:
    wire = signed(target=f"/?{query}", body=body)
    same_query = sorted(form.read(query)) == sorted(form.read(other_query))
    assert accepted(replace(wire, query=other_query)) == same_query
    assert accepted(replace(wire, body=other_body)) == (body == other_body)


@pytest.mark.parametrize(
    "query",
    [
        "a=x%20y&b=%2F",
        "a=x+y&b=%2F",
        "a=x%20y&b=%2f",
        "a=x%20y&b=/",
        "b=%2F&a=x%20y",
        "%61=x%20y&b=%2F",
        "&a=x%20y&&b=%2F&",
    ],
)
def test_spellings_of_the_same_parameters_are_one_canonical_query(query: str) -> None:
    assert accepted(replace(signed(target="/?a=x%20y&b=%2F"), query=query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("a", "a="),
        ("a=&b", "a=&b="),
        ("b=2&a=2&a=1", "a=1&a=2&b=2"),
        ("a~=*'()!", "a~=%2A%27%28%29%21"),
        ("B=1&a=2", "B=1&a=2"),
        ("%C3%A9=1&z=1", "%C3%A9=1&z=1"),
        ("a=b=c", "a=b%3Dc"),
        ("a-b=1&a=1", "a=1&a-b=1"),
    ],
)
def test_the_canonical_query_is_encoded_and_sorted(query: str, text: str) -> None:
    lines = canonical.request("GET", "/", form.read(query), {}, (), "hash").decode().split("\n")
    assert lines[:3] == ["GET", "/", text]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "/"),
        ("", "/"),
        ("*", "*"),
        ("//", "/"),
        ("/./", "/"),
        ("/a/..", "/"),
        ("/../../a", "/a"),
        ("//a//b/", "/a/b/"),
        ("/a/./b/../c", "/a/c"),
        ("/%20/%2F", "/%2520/%252F"),
        ("/a b~c*", "/a%20b~c%2A"),
        ("/\xc3\xa9", "/%C3%A9"),
    ],
)
def test_the_canonical_path_is_normalised_and_encoded_again(path: str, text: str) -> None:
    lines = canonical.request("GET", path, [], {}, (), "hash").decode().split("\n")
    assert lines[1] == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("  a   b  ", "a b"), ("a\tb", "a\tb"), ("", ""), ("\xa0a", "\xa0a")],
)
def test_header_values_are_trimmed_of_spaces_alone(value: str, text: str) -> None:
    whole = canonical.request("GET", "/", [], {"x": value}, ("x",), "hash")
    assert whole.decode("latin-1").split("\n")[3] == f"x:{text}"
