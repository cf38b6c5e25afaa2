"""When a signature is good, and for which region, service and day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from identity.errors import SignatureDoesNotMatch
from identity.wire import sigv4
from identity.wire.sigv4 import Wire
from tests.identity.wire.signing import (
    INCOMPLETE,
    KEY,
    authorization,
    headed,
    queried,
    refusal,
)

NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def clock(wire: Wire, seconds: float, **more: int) -> str:
    """The refusal that many seconds after the request was made, or nothing."""
    try:
        sigv4.check_clock(sigv4.read(wire), NOON + timedelta(seconds=seconds), **more)
    except SignatureDoesNotMatch as problem:
        return problem.message
    return ""


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (0, ""),
        (900, ""),
        (-900, ""),
        (
            901,
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
            "(20150830T125101Z - 15 min.)",
        ),
        (
            -901,
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
            "(20150830T122059Z + 15 min.)",
        ),
    ],
)
def test_a_request_is_good_for_fifteen_minutes_both_ways(seconds: int, message: str) -> None:
    assert clock(headed(), seconds) == message


@pytest.mark.parametrize(("seconds", "good"), [(300, True), (301, False), (-301, False)])
def test_the_window_can_be_made_smaller(seconds: int, good: bool) -> None:
    message = clock(headed(), seconds, skew_seconds=300)
    assert (message == "") == good
    assert good or "5 min.)" in message


@pytest.mark.parametrize(
    ("expires", "lifetime", "words"),
    [
        ("1", 1, "- 1 sec.)"),
        ("60", 60, "- 1 min.)"),
        ("900", 900, "- 15 min.)"),
        ("901", 900, "- 15 min.)"),
        ("604800", 900, "- 15 min.)"),
    ],
)
def test_a_presigned_url_lives_as_long_as_it_says_and_no_longer_than_sts_allows(
    expires: str, lifetime: int, words: str
) -> None:
    wire = queried(Expires=expires)
    assert clock(wire, lifetime) == ""
    assert words in clock(wire, lifetime + 1)
    assert clock(wire, -900) == ""
    assert "+ 15 min.)" in clock(wire, -901)


def test_a_presigned_url_that_does_not_say_lives_fifteen_minutes() -> None:
    wire = queried(without="Expires")
    assert (clock(wire, 900), clock(wire, 901) != "") == ("", True)


@pytest.mark.parametrize(
    "expires", ["0", "-1", "604801", "abc", "", " 60", "60.0", "1e3", "\u0661", "9" * 5000, "+60"]
)
def test_a_lifetime_that_is_no_number_of_seconds_in_a_week_is_refused(expires: str) -> None:
    assert refusal(queried(Expires=expires)) == (
        *INCOMPLETE,
        f"X-Amz-Expires must be between 1 and 604800 seconds. Got '{expires}'.",
    )


REGION = "Credential should be scoped to a valid region, not '{}'."
SERVICE = "Credential should be scoped to correct service: 'iam'."
TERM = "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'."
DAY = (
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    "'{}' != '20150830', from '20150830T123600Z'."
)


def scope(text: str, regions: frozenset[str] | None = frozenset(), service: str = "iam") -> str:
    wire = headed(authorization(Credential=f"{KEY}/{text}"))
    try:
        sigv4.check_scope(sigv4.read(wire), service, regions)
    except SignatureDoesNotMatch as problem:
        return problem.message
    return ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20150830/us-east-1/iam/aws4_request", ""),
        ("20150830/eu-west-1/iam/aws4_request", REGION.format("eu-west-1")),
        ("20150830//iam/aws4_request", REGION.format("")),
        ("20150830/us-east-1/s3/aws4_request", SERVICE),
        ("20150830/us-east-1/IAM/aws4_request", SERVICE),
        ("20150830/us-east-1/iam/aws5_request", TERM.format("aws5_request")),
        ("20150831/us-east-1/iam/aws4_request", DAY.format("20150831")),
        ("20150829/us-east-1/iam/aws4_request", DAY.format("20150829")),
        ("/us-east-1/iam/aws4_request", DAY.format("")),
        (
            "1/nowhere/s3/x",
            f"{REGION.format('nowhere')} {SERVICE} {TERM.format('x')} {DAY.format('1')}",
        ),
    ],
)
def test_all_that_is_wrong_with_a_scope_is_told_at_once(text: str, message: str) -> None:
    assert scope(text) == message


def test_regions_can_be_added() -> None:
    ours = frozenset({"eu-west-1"})
    assert scope("20150830/eu-west-1/iam/aws4_request", ours) == ""
    assert scope("20150830/us-east-1/iam/aws4_request", ours) == ""
    assert scope("20150830/eu-west-2/iam/aws4_request", ours) == REGION.format("eu-west-2")


@pytest.mark.parametrize(
    ("region", "good"),
    [
        ("us-east-1", True),
        ("ap-southeast-5", True),
        ("us-gov-west-1", True),
        ("us-isob-east-1", True),
        ("eusc-de-east-1", True),
        ("us-east", False),
        ("US-EAST-1", False),
        ("us_east_1", False),
        ("us-east-1\n", False),
        ("", False),
        ("*", False),
    ],
)
def test_sts_takes_any_region_that_looks_like_one(region: str, good: bool) -> None:
    text = f"20150830/{region}/sts/aws4_request"
    assert scope(text, None, "sts") == ("" if good else REGION.format(region))
