"""Gunicorn's worker with threads, that leaves connections which it cannot answer now to others."""

from __future__ import annotations

from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Accepts while one of its threads is free.

    Gunicorn's own accepts up to a thousand: whichever worker is awake takes a client's whole pool
    of connections and answers them in turn, while the others, and their processors, idle.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._limit = 0
        super().__init__(*args, **kwargs)

    @property
    def worker_connections(self) -> int:
        """What the number of open connections must stay below for another to be accepted."""
        waiting = len(self.keepalived_conns) + len(self.pending_conns)
        return min(self._limit, waiting + int(self.cfg.threads))

    @worker_connections.setter
    def worker_connections(self, limit: int) -> None:
        self._limit = limit
