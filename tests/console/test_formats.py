"""Values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from console.templatetags import formats


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(minutes=59, seconds=5), "59 minutes ago"),
        (timedelta(hours=1, seconds=5), "1 hour ago"),
        (timedelta(days=1, seconds=5), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (-timedelta(hours=3, seconds=5), "in 3 hours"),
        (-timedelta(seconds=30, milliseconds=900), "in 30 seconds"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(passed: timedelta, words: str) -> None:
    assert formats.age(timezone.now() - passed) == words


def test_beyond_a_month_the_moment_itself_is_told() -> None:
    assert formats.age(datetime(2020, 2, 29, 23, 59, tzinfo=UTC)) == "29 Feb 2020, 23:59 UTC"


def test_a_moment_without_a_zone_is_never_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.clock(datetime(2026, 9, 22, 14, 5))  # noqa: DTZ001


def test_an_end_that_has_passed_is_now() -> None:
    assert formats.ahead(timezone.now() - timedelta(hours=1)) == "now"
    assert formats.ahead(timezone.now() + timedelta(hours=1, seconds=5)) == "in 1 hour"


@pytest.mark.parametrize(
    ("arn", "short"),
    [
        ("arn:aws:iam::123456789012:user/bob", "arn:aws:iam::…:user/bob"),
        ("arn:aws:iam::123456789012:user/a:b", "arn:aws:iam::…:user/a:b"),
        ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket"),
        ("bob", "bob"),
        ("", ""),
    ],
)
def test_a_short_arn_leaves_the_account_out(arn: str, short: str) -> None:
    assert formats.short_arn(arn) == short


def test_account_ids_are_grouped_and_other_text_is_left_alone() -> None:
    assert formats.account_id("123456789012") == "1234-5678-9012"
    assert formats.account_id("example") == "example"


def test_json_is_indented_and_other_text_is_left_alone() -> None:
    assert formats.json_pretty('{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert formats.json_pretty({"a": "ü"}) == '{\n  "a": "ü"\n}'
    assert formats.json_pretty("{not json") == "{not json"


def test_yes_and_no() -> None:
    assert (formats.yes_no(1), formats.yes_no("")) == ("Yes", "No")
