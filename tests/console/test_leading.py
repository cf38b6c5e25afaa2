"""One of several threads leads; who takes long over a task is followed by another."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from console import leading
from console.leading import Lead

SOON = 10  # seconds that a busy machine may take
A_WHILE = leading.PATIENCE_SECONDS * 4


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture
def lead() -> Lead:
    """Led by the thread of the test."""
    return Lead()


def test_who_is_quick_leads_on(
    lead: Lead, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leading, "PATIENCE_SECONDS", SOON)  # however busy the machine is
    follower = threads.submit(lead.follow)
    for _ in range(20):
        lead.begin()
        assert lead.end()
    assert not follower.done()
    lead.hand_over()
    follower.result(SOON)


def test_who_takes_long_is_followed_by_another_and_told_so(
    lead: Lead, threads: ThreadPoolExecutor
) -> None:
    follower = threads.submit(lead.follow)
    lead.begin()
    follower.result(SOON)
    assert not lead.end()


def test_waiting_for_work_is_no_task_that_takes_long(
    lead: Lead, threads: ThreadPoolExecutor
) -> None:
    follower = threads.submit(lead.follow)
    time.sleep(A_WHILE)
    assert not follower.done()
    lead.begin()  # the follower, who slept, looks at this one
    follower.result(SOON)
    assert not lead.end()


def test_two_that_take_long_are_followed_by_a_third(
    lead: Lead, threads: ThreadPoolExecutor
) -> None:
    done = threading.Event()
    second, third = (threads.submit(_leads_until, lead, done) for _ in range(2))
    lead.begin()
    while lead.end():  # until the second has it, whose task takes long too
        lead.begin()
        time.sleep(A_WHILE)
    lead.follow()  # after the third
    done.set()
    assert {second.result(SOON), third.result(SOON)} == {False}


def _leads_until(lead: Lead, done: threading.Event) -> bool:
    lead.follow()
    lead.begin()
    done.wait(SOON)
    return lead.end()


def test_the_lead_that_nobody_took_stays(lead: Lead) -> None:
    lead.begin()
    lead.hand_over()
    assert lead.end()


def test_who_does_not_lead_hands_nothing_over(lead: Lead, threads: ThreadPoolExecutor) -> None:
    threads.submit(lead.hand_over).result(SOON)
    follower = threads.submit(lead.follow)
    time.sleep(A_WHILE)
    assert not follower.done()
    lead.hand_over()
    follower.result(SOON)


def test_never_do_two_lead(monkeypatch: pytest.MonkeyPatch, threads: ThreadPoolExecutor) -> None:
    """Six threads with tasks of all lengths; who is told that it leads is alone in that."""
    monkeypatch.setattr(leading, "PATIENCE_SECONDS", 0.002)
    monkeypatch.setattr(leading, "_LOOK_EVERY_SECONDS", 0.001)
    lead, alone = Lead(), threading.Lock()
    lead.hand_over()
    running = [threads.submit(_work, lead, alone, random.Random(seed)) for seed in range(6)]
    assert sum(_result(one) for one in running) == 0


def _result(one: Future[int]) -> int:
    return one.result(SOON * 6)


def _work(lead: Lead, alone: threading.Lock, chance: random.Random) -> int:
    """How often another thread led at the same time."""
    met = 0
    lead.follow()
    for _ in range(60):
        met += _met_another(alone)
        lead.begin()
        time.sleep(chance.choice((0, 0, 0.001, 0.004)))
        if not lead.end():
            lead.follow()
    lead.hand_over()
    return met


def _met_another(alone: threading.Lock) -> int:
    """What only the leader may do, and what takes a moment."""
    if not alone.acquire(blocking=False):
        return 1
    time.sleep(0.0005)
    alone.release()
    return 0
