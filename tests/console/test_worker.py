"""A client's pool of connections is shared by the workers, and one that breaks makes room."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from gunicorn.config import Config

from console.leading import Lead
from console.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    config = Config()
    config.set("threads", 4)
    config.set("worker_connections", 10)
    made = Worker(0, 1, [], None, 30, config, logging.getLogger("test"))
    yield made
    made.tmp.close()
    made.method_queue.close()


def accepts(worker: Worker) -> bool:
    """Gunicorn's own question, before each turn of its loop."""
    return bool(worker.nr_conns < worker.worker_connections)


def test_a_worker_whose_threads_are_busy_leaves_connections_to_others(worker: Worker) -> None:
    worker.nr_conns = 3
    assert accepts(worker)
    worker.nr_conns = 4
    assert not accepts(worker)


def test_connections_that_wait_for_their_client_keep_no_other_away(worker: Worker) -> None:
    worker.nr_conns = 6
    worker.keepalived_conns.extend([None, None])
    worker.pending_conns.append(None)
    assert accepts(worker)


def test_the_limit_of_connections_still_holds(worker: Worker) -> None:
    worker.nr_conns = 10
    worker.keepalived_conns.extend([None] * 10)
    assert not accepts(worker)


def test_a_worker_that_can_accept_no_more_ends_instead_of_standing_still(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(worker, "_round", full)
    worker._lead = Lead()
    worker._lead.hand_over()
    thread = threading.Thread(target=worker._stand_by)
    thread.start()
    worker._lead.follow()  # which would wait for ever
    thread.join(10)
    assert not worker.alive
    assert "Too many open files" in caplog.text
