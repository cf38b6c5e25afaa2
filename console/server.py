"""Gunicorn inside `manage.py serve`: one master, workers that share what it loaded, threads."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections
from gunicorn.app.base import BaseApplication

from console import post, scheduled_findings, threads
from console.jobs import runner
from identity import journal

THREADS = 4
_LINE_LIMIT = 8190  # a presigned GET carries policy documents in its query
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 # where a heartbeat costs no disk write


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Loads the application once, before the workers are forked from it."""

    def __init__(self, load: Callable[[], Any], *, bind: str, workers: int) -> None:
        self._load = load
        self._options = {**_options(), "bind": bind, "workers": workers}
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._load()


def _options() -> dict[str, Any]:
    return {
        "worker_class": "console.worker.Worker",
        "threads": THREADS,
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 5,
        "limit_request_line": _LINE_LIMIT,
        "limit_request_fields": 64,
        "limit_request_field_size": 8190,
        "forwarded_allow_ips": ",".join(settings.TRUSTED_PROXIES),
        "secure_scheme_headers": {"X-FORWARDED-PROTO": "https"},
        "forwarder_headers": "",
        "control_socket_disable": True,
        "worker_tmp_dir": _SHARED_MEMORY if os.path.isdir(_SHARED_MEMORY) else None,
        "loglevel": "warning",
        "proc_name": "bartizan",
        "pre_fork": _before_fork,
        "post_worker_init": _in_worker,
    }


def _before_fork(server: Any, worker: Any) -> None:
    """A connection must not be shared by two processes, nor its pool's threads be lost to one.

    Freezing keeps the collector from touching, and thereby copying, what workers share.
    """
    close_connections()
    gc.freeze()


def _in_worker(worker: Any) -> None:
    journal.start()
    runner.start()
    threads.start("mail", post.work)
    threads.start("findings", scheduled_findings.work)


def close_connections() -> None:
    """Close this process's database connections and, on PostgreSQL, the pool that keeps them."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
