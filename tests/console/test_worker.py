"""A client's pool of connections is shared by the workers, whichever is awake first."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from gunicorn.config import Config

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
