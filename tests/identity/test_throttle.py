"""Guessing is slow, counted before it is checked, and never locks anybody out for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from identity import throttle
from identity.errors import Throttling
from identity.models import ThrottleBucket

HERE, THERE = "198.51.100.7", "203.0.113.9"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`clock(seconds)` moves the time on; without it the time stands still."""
    now: list[datetime] = [timezone.now()]
    monkeypatch.setattr("identity.throttle.timezone.now", lambda: now[0])

    def forward(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    return forward


def is_free(subject: str = "AIDA1", source: str = HERE, device: str = "") -> bool:
    try:
        throttle.attempt("password", subject, source, device)
    except Throttling:
        return False
    return True


def wait_needed(subject: str = "AIDA1") -> int:
    with pytest.raises(Throttling) as refusal:
        throttle.attempt("password", subject, HERE)
    return refusal.value.retry_after


def fail(times: int, subject: str = "AIDA1") -> None:
    """So many failures counted just now."""
    throttle.attempt("password", subject, HERE)
    key = throttle._principal("password", subject, "")
    ThrottleBucket.objects.filter(key=key).update(count=times)


def test_a_bucket_that_was_cleared_and_made_anew_meanwhile_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The count finds no row, and then there is one again, which would let it pass."""
    may_try = throttle._may_try
    asked: list[int] = []

    def missed_once(schedule: throttle.Schedule, now: datetime) -> Q:
        asked.append(1)
        return Q(pk__in=[]) if len(asked) == 1 else may_try(schedule, now)

    monkeypatch.setattr(throttle, "_may_try", missed_once)
    assert is_free(device=throttle.SIGNED_IN)
    assert ThrottleBucket.objects.get().count == 1


def test_five_tries_are_free_and_the_sixth_waits(clock: Callable[[float], None]) -> None:
    assert [is_free() for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(5, 3), (8, 3), (9, 5), (24, 5), (25, 10), (99, 10)],
)
def test_the_delay_grows_with_the_failures(
    failures: int, seconds: int, clock: Callable[[float], None]
) -> None:
    fail(failures)
    assert wait_needed() == seconds
    clock(seconds - 0.1)
    assert wait_needed() == 1
    clock(0.1)
    assert is_free()


def test_a_hundred_failures_leave_one_try_in_fifteen_minutes_and_never_none(
    clock: Callable[[float], None],
) -> None:
    fail(5_000)
    assert wait_needed() == 900
    clock(900)
    assert is_free()


def test_a_refused_try_does_not_make_the_wait_longer(clock: Callable[[float], None]) -> None:
    fail(5)
    clock(2)
    assert wait_needed() == 1
    clock(1)
    assert is_free()


def test_a_day_later_counting_starts_again(clock: Callable[[float], None]) -> None:
    fail(9)
    clock(24 * 3600)
    assert [is_free() for _ in range(6)] == [True] * 5 + [False]


def test_success_forgets_the_failures(clock: Callable[[float], None]) -> None:
    fail(5)
    throttle.succeeded("password", "AIDA1", HERE)
    assert [is_free() for _ in range(6)] == [True] * 5 + [False]


def test_scopes_and_subjects_do_not_share_a_count(clock: Callable[[float], None]) -> None:
    fail(5)
    assert is_free("AIDA2")
    throttle.attempt("mfa", "AIDA1", HERE)
    assert not is_free("AIDA1")


def test_a_stranger_cannot_lock_out_a_device_that_has_signed_in_before(
    clock: Callable[[float], None],
) -> None:
    fail(5)
    assert not is_free()
    assert is_free(device="laptop")
    throttle.succeeded("password", "AIDA1", HERE, "laptop")
    assert not is_free(), "the owner's success must not give the stranger new tries"


def test_a_device_has_its_own_delays(clock: Callable[[float], None]) -> None:
    tries = [is_free(device="laptop") for _ in range(6)]
    assert tries == [True] * 5 + [False]


def test_many_names_from_one_network_are_slowed_together(clock: Callable[[float], None]) -> None:
    for number in range(100):
        assert is_free(f"name{number}", f"198.51.100.{number}")
    assert not is_free("another", "198.51.100.200")
    assert is_free("another", THERE)
    clock(1)
    assert is_free("another", "198.51.100.200")


def test_those_who_succeed_do_not_slow_their_neighbours(clock: Callable[[float], None]) -> None:
    for number in range(120):
        assert is_free(f"name{number}")
        throttle.succeeded("password", f"name{number}", HERE)
    assert is_free()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.1", "198.51.100.254", True),
        ("198.51.100.1", "198.51.101.1", False),
        ("2001:db8:1::1", "2001:db8:1:ffff::2", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("not an address", "not an address", True),
    ],
)
def test_a_network_is_a_24_or_a_48(one: str, other: str, same: bool) -> None:
    assert (throttle._network("password", one) == throttle._network("password", other)) is same


def test_the_table_holds_no_name_that_was_typed() -> None:
    throttle.attempt("password", "my-secret-typed-as-a-name", HERE)
    assert all("secret" not in key for key in ThrottleBucket.objects.values_list("key", flat=True))


def test_parts_of_a_key_cannot_be_moved_from_one_to_the_next() -> None:
    assert throttle._principal("a", "b,c", "") != throttle._principal("a", "b", "c")
