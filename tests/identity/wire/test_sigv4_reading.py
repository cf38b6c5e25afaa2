"""What a signature may look like, and what must be signed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from identity.errors import InvalidClientTokenId
from identity.wire import sigv4
from identity.wire.sigv4 import Signed, Wire
from tests.identity.wire.signing import (
    CREDENTIAL,
    DATE,
    INCOMPLETE,
    KEY,
    MISMATCH,
    SIGNATURE,
    accepted,
    authorization,
    bad_credential,
    bad_date,
    headed,
    queried,
    refusal,
    signed,
)

INVALID_TOKEN = "The security token included in the request is invalid"


def test_a_header_signature_says_all_of_itself() -> None:
    wire = headed(
        authorization(SignedHeaders="host;x-amz-date;x-amz-security-token"),
        x_amz_security_token="token",
    )
    assert sigv4.read(wire) == Signed(
        access_key_id=KEY,
        amz_date=DATE,
        date="20150830",
        region="us-east-1",
        service="iam",
        term="aws4_request",
        signed_headers=("host", "x-amz-date", "x-amz-security-token"),
        signature=SIGNATURE,
        session_token="token",
        presigned=False,
        expires=None,
    )


def test_a_signature_and_a_token_are_not_printed() -> None:
    read = sigv4.read(queried(**{"Security-Token": "geheim"}))
    assert read.session_token == "geheim"
    assert "geheim" not in repr(read)
    assert SIGNATURE not in repr(read)
    assert "geheim" not in repr(Wire("POST", "/", "", {}, b"geheim"))


@pytest.mark.parametrize(
    "header",
    [
        authorization().replace(", ", ","),
        authorization().replace(", ", " ,  "),
        authorization(Version="1"),
        "AWS4-HMAC-SHA256 Credential=first, " + authorization().partition(" ")[2],
    ],
    ids=["commas alone", "more spaces", "a parameter more", "the last of two"],
)
def test_other_spellings_of_the_header_are_read(header: str) -> None:
    assert sigv4.read(headed(header)).access_key_id == KEY


@pytest.mark.parametrize(
    "header",
    [
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        " " + authorization(),
        authorization().lower(),
        authorization().replace(" ", "\t"),
        authorization().replace("SHA256", "SHA512"),
        authorization().replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        f"AWS {KEY}:c2lnbmF0dXJl",
        authorization() + ",",
        authorization().replace(", ", ";"),
    ],
)
def test_other_schemes_and_broken_headers_are_incomplete(header: str) -> None:
    assert refusal(headed(header))[:2] == INCOMPLETE


@pytest.mark.parametrize(
    "listed",
    [
        "host",
        "host;x-amz-date;x-amz-date",
        "x-amz-date;host",
        "Host;X-Amz-Date",
        "host;X-Amz-Date",
        "host;x-absent;x-amz-date",
        ";host;x-amz-date",
        "host;x-amz-date;",
        "host, x-amz-date",
        "host; x-amz-date",
        "",
        ";".join(sorted({"host", "x-amz-date"} | {f"x-{number}" for number in range(1000)})),
    ],
)
def test_signed_headers_are_listed_in_one_way_or_refused(listed: str) -> None:
    wire = headed(authorization(SignedHeaders=listed))
    assert refusal(wire)[0] in ("SignatureDoesNotMatch", "IncompleteSignature")


@pytest.mark.parametrize("name", ["x-amz-security-token", "x-amz-target", "x-amz-content-sha256"])
def test_an_aws_header_added_after_signing_is_refused(name: str) -> None:
    wire = signed()
    assert accepted(wire)
    added = replace(wire, headers={**wire.headers, name: "x"})
    assert refusal(added) == (
        *MISMATCH,
        f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
    )


def test_a_parameter_added_after_signing_is_refused_though_presigned_urls_leave_it_out() -> None:
    assert not accepted(replace(signed(), query=f"X-Amz-Signature={SIGNATURE}"))


def test_headers_of_proxies_may_be_added() -> None:
    wire = signed()
    more = {"x-forwarded-for": "192.0.2.1", "x-amzn-trace-id": "Root=1", "via": "1.1 proxy"}
    assert accepted(replace(wire, headers={**wire.headers, **more}))


def test_the_host_that_was_asked_is_the_one_that_was_signed() -> None:
    wire = signed()
    more = {"host": "other.test", "x-forwarded-host": wire.headers["host"]}
    assert not accepted(replace(wire, headers={**wire.headers, **more}))


@pytest.mark.parametrize(
    "wire",
    [
        headed(query="X-Amz-Security-Token=a"),
        replace(queried(), headers={"host": "a", "x-amz-security-token": "a"}),
    ],
    ids=["query", "header"],
)
def test_a_token_away_from_its_signature_is_refused(wire: Wire) -> None:
    wire = replace(wire, query=str(wire.query).replace("=host&", "=host%3Bx-amz-security-token&"))
    with pytest.raises(InvalidClientTokenId) as caught:
        sigv4.read(wire)
    assert caught.value.message == INVALID_TOKEN


@pytest.mark.parametrize("name", ["X-Amz-Date", "X-Amz-Credential", "X-Amz-Signature", "Action"])
def test_a_parameter_given_twice_spoils_a_presigned_url(name: str) -> None:
    wire = queried(query=f"&Action=GetUser&{name}=x&{name}=x")
    assert refusal(wire)[:2] == ("MalformedQueryString", 400)


@pytest.mark.parametrize(
    "date",
    [
        "",
        "20150830T123600",
        "20150830T123600z",
        "20150830 123600Z",
        "2015-08-30T12:36:00Z",
        "20151330T123600Z",
        "20150832T123600Z",
        "20150830T253600Z",
        "20150830T126000Z",
        "00000830T123600Z",
        "20150830T123600Z,20150830T123600Z",
        "20150830T123600Z\n",
        "\u0662\u0660150830T123600Z",
        "Sun, 30 Aug 2015 12:36:00 GMT",
    ],
)
def test_a_date_that_is_not_in_the_one_format_is_refused(date: str) -> None:
    assert refusal(headed(date=date)) == (*INCOMPLETE, bad_date(date))
    assert refusal(queried(Date=date)) == (*INCOMPLETE, bad_date(date))


def _dated(wire: Wire, date: str) -> Wire:
    return replace(wire, headers={**wire.headers, "date": date})


def test_the_date_header_counts_when_there_is_no_other() -> None:
    header = authorization(SignedHeaders="date;host")
    assert sigv4.read(_dated(headed(header, date=None), DATE)).amz_date == DATE
    both = _dated(headed(authorization(SignedHeaders="date;host;x-amz-date")), "x")
    assert sigv4.read(both).amz_date == DATE


@pytest.mark.parametrize("credential", ["a/b/c/d", f"{CREDENTIAL}/", f"{CREDENTIAL}/x", "", "a"])
def test_a_credential_has_five_elements(credential: str) -> None:
    assert refusal(headed(authorization(Credential=credential))) == (
        *INCOMPLETE,
        bad_credential(credential),
    )
