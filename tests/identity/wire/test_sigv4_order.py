"""AWS's order of checks before any secret is asked for, with its codes and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from identity.errors import (
    AwsError,
    IncompleteSignature,
    MalformedQueryString,
    SignatureDoesNotMatch,
)
from identity.wire import sigv4
from identity.wire.sigv4 import Wire
from tests.identity.wire.signing import (
    DATE,
    INCOMPLETE,
    MISMATCH,
    PARTS,
    authorization,
    bad_credential,
    bad_date,
    headed,
    queried,
    refusal,
)

HOST_UNSIGNED = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."

MISSING = ("MissingAuthenticationToken", 403, "Request is missing Authentication Token")


def header_requires(header: str, *names: str) -> str:
    told = [f"Authorization header requires {name}." for name in names]
    return " ".join([*told, f"Authorization={header}"])


_DATE_NEEDED = "existence of either a 'X-Amz-Date' or a 'Date' header"


@pytest.mark.parametrize(
    ("wire", "code", "message"),
    [
        pytest.param(
            headed(query="a=%4"),
            ("MalformedQueryString", 400),
            "Incomplete trailing escape % sequence",
            id="4 cut escape",
        ),
        pytest.param(
            headed(query="a=%zz"),
            ("MalformedQueryString", 400),
            "Illegal hex character in escape % pattern: %zz",
            id="4 bad escape",
        ),
        pytest.param(headed(query=str(queried().query)), MISMATCH, "", id="5 two places"),
        pytest.param(
            Wire("GET", "/", "", {"host": "a"}, b""), MISSING[:2], MISSING[2], id="5 none"
        ),
        pytest.param(
            headed("Bearer abc"), INCOMPLETE, "Unsupported AWS 'algorithm': 'Bearer'.", id="6a"
        ),
        pytest.param(
            headed("AWS4-HMAC-SHA256 Credential=a, Flag"),
            INCOMPLETE,
            "'Flag' not a valid key=value pair (missing equal-sign) in Authorization header: "
            "'AWS4-HMAC-SHA256 Credential=a, Flag'",
            id="6b",
        ),
        pytest.param(
            headed("AWS4-HMAC-SHA256 Date=20150830T123600Z", date=None),
            INCOMPLETE,
            header_requires(
                "AWS4-HMAC-SHA256 Date=20150830T123600Z",
                "'Credential' parameter",
                "'Signature' parameter",
                "'SignedHeaders' parameter",
                _DATE_NEEDED,
            ),
            id="6d all",
        ),
        *(
            pytest.param(
                headed(authorization(without=name)),
                INCOMPLETE,
                header_requires(authorization(without=name), f"'{name}' parameter"),
                id=f"6d {name}",
            )
            for name in PARTS
        ),
        pytest.param(
            headed(date=None), INCOMPLETE, header_requires(authorization(), _DATE_NEEDED), id="6d d"
        ),
        pytest.param(queried(Algorithm="AWS4-HMAC-SHA512"), MISSING[:2], MISSING[2], id="7a"),
        *(
            pytest.param(
                queried(without=name),
                INCOMPLETE,
                f"AWS query-string parameters must include 'X-Amz-{name}'. "
                "Re-examine the query-string parameters.",
                id=f"7d {name}",
            )
            for name in ("Credential", "Signature", "SignedHeaders", "Date")
        ),
        pytest.param(
            headed(authorization(SignedHeaders="x-amz-date")), MISMATCH, HOST_UNSIGNED, id="8"
        ),
        pytest.param(queried(SignedHeaders=""), MISMATCH, HOST_UNSIGNED, id="8 query"),
        pytest.param(headed(date="2015-08-30"), INCOMPLETE, bad_date("2015-08-30"), id="9"),
        pytest.param(queried(Date=""), INCOMPLETE, bad_date(""), id="9 query"),
        pytest.param(
            headed(authorization(Credential="a/b/c/d")),
            INCOMPLETE,
            bad_credential("a/b/c/d"),
            id="12",
        ),
        pytest.param(queried(Credential=""), INCOMPLETE, bad_credential(""), id="12 query"),
    ],
)
def test_each_check_has_its_code_and_its_words(
    wire: Wire, code: tuple[str, int], message: str
) -> None:
    assert refusal(wire) == (*code, message)


# Each entry breaks one more rule; whoever breaks several is told of the first in AWS's order.
_BROKEN: list[tuple[Callable[[dict[str, Any]], None], type[AwsError]]] = [
    (lambda broken: broken.update(query="a=%zz"), MalformedQueryString),
    (lambda broken: broken.update(query="X-Amz-Algorithm=x"), SignatureDoesNotMatch),
    (lambda broken: broken.update(algorithm="AWS3"), IncompleteSignature),
    (lambda broken: broken["parts"].pop("Signature"), IncompleteSignature),
    (lambda broken: broken["parts"].update(SignedHeaders="x-amz-date"), SignatureDoesNotMatch),
    (lambda broken: broken.update(date="yesterday"), IncompleteSignature),
    (lambda broken: broken["parts"].update(Credential="a/b"), IncompleteSignature),
]
_WORDS = ["Illegal hex", "^$", "Unsupported", "requires 'Sig", "'Host'", "Date must", "5 slash"]


@pytest.mark.parametrize("first", range(len(_BROKEN)))
def test_the_first_broken_rule_is_the_one_that_is_told(first: int) -> None:
    broken: dict[str, Any] = {"parts": dict(PARTS), "algorithm": "AWS4-HMAC-SHA256", "query": ""}
    for breaks, _ in reversed(_BROKEN[first:]):
        breaks(broken)
    header = authorization(broken["parts"]).replace("AWS4-HMAC-SHA256", broken["algorithm"])
    wire = headed(header, query=broken["query"], date=broken.get("date", DATE))
    with pytest.raises(_BROKEN[first][1], match=_WORDS[first]):
        sigv4.read(wire)
