"""The body is bound, and the comparison takes nothing but the right signature."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from identity.wire import sigv4
from identity.wire.sigv4 import Wire
from tests.bounded import processor_seconds
from tests.identity.wire.signing import (
    SECRET,
    accepted,
    authorization,
    headed,
    presigned,
    queried,
    refusal,
    signed,
)


def test_the_hash_of_the_body_may_be_told_when_it_is_right() -> None:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    assert accepted(signed(body=body, headers={"X-Amz-Content-SHA256": _digest(body)}))
    assert not accepted(signed(body=body, headers={"X-Amz-Content-SHA256": _digest(b"")}))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize(
    "told",
    [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "",
        _digest(b"").upper(),
    ],
)
def test_a_payload_that_is_not_bound_is_refused_though_botocore_signs_it(told: str) -> None:
    assert accepted(signed(headers={"X-Amz-Content-SHA256": _digest(b"")}))
    assert not accepted(signed(headers={"X-Amz-Content-SHA256": told}))


def test_a_hash_that_is_told_wrong_is_refused_though_the_signature_is_over_the_right_one() -> None:
    wire = signed(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    read = sigv4.read(wire)
    right = replace(read, signature=sigv4.signature(wire, read, SECRET))
    assert not sigv4.matches(wire, right, SECRET)


def test_a_presigned_url_has_no_body() -> None:
    wire = presigned("/?Action=GetCallerIdentity&Version=2011-06-15")
    assert accepted(wire)
    assert not accepted(replace(wire, body=b"Action=GetSessionToken"))
    assert not accepted(replace(wire, method="POST"))


@pytest.mark.parametrize(
    "given", ["", "0", "0" * 63, "0" * 65, "g" * 64, "\u0660" * 64, "0" * 64 + "\n", "é" * 64]
)
def test_what_is_no_signature_matches_nothing(given: str) -> None:
    wire = headed(authorization(Signature=given))
    assert not sigv4.matches(wire, sigv4.read(wire), SECRET)


def test_the_right_signature_in_upper_case_is_not_the_right_one() -> None:
    wire = signed()
    read = sigv4.read(wire)
    assert sigv4.matches(wire, read, SECRET)
    assert sigv4.signature(wire, read, SECRET) == read.signature
    upper = replace(read, signature=read.signature.upper())
    assert not sigv4.matches(wire, upper, SECRET)


def test_a_header_that_is_no_string_of_bytes_matches_nothing() -> None:
    wire = headed(authorization(SignedHeaders="host;x-amz-a;x-amz-date"), x_amz_a="\u20ac")
    assert not sigv4.matches(wire, sigv4.read(wire), SECRET)


@pytest.mark.parametrize(
    "wire",
    [
        headed("AWS4-HMAC-SHA256 " + "," * 65_536),
        headed("A" * 65_536),
        headed(authorization(SignedHeaders=";".join(f"x-{n}" for n in range(10_000)))),
        headed(query="&".join(["a=b"] * 100_000)),
        headed(query="%41" * 300_000 + "%"),
        queried(Credential="/" * 65_536),
    ],
    ids=["commas", "letters", "names", "parameters", "escapes", "slashes"],
)
def test_what_is_made_to_be_slow_is_refused_in_time(wire: Wire) -> None:
    with processor_seconds(10):
        refusal(wire)
