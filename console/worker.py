"""Gunicorn's worker with threads, of which one at a time waits for requests and answers them."""

from __future__ import annotations

import select
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from gunicorn.http import wsgi
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from console.answers import WholeResponse
from console.leading import Lead

# So long a new connection's first request is waited for before the next connection's turn.
_FIRST_WAIT_MILLISECONDS = 1
_BEAT_SECONDS = 1.0


class _Replaced(BaseException):
    """Another thread leads by now: it looks for requests anew. No failure, which gunicorn would
    answer by closing the connection."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What gunicorn asks of a finished future."""

    value: Any

    def cancelled(self) -> bool:
        return False

    def result(self) -> Any:
        return self.value


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Answers a request in the thread that found it, while that is done quickly.

    Gunicorn's own hands each from the thread that waits to one of a pool, and the connection back:
    threads that then take the interpreter from each other at every statement of the database. Here
    the leader answers; if it takes long, another leads meanwhile (`console/leading.py`).

    It accepts while one of its threads is free. Gunicorn's own accepts up to a thousand: whichever
    worker is awake takes a client's whole pool of connections and answers them in turn, while the
    others, and their processors, idle.
    """

    alive: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._limit = 0
        self._beat = 0.0
        super().__init__(*args, **kwargs)

    @property
    def worker_connections(self) -> int:
        """What the number of open connections must stay below for another to be accepted."""
        waiting = len(self.keepalived_conns) + len(self.pending_conns)
        return min(self._limit, waiting + int(self.cfg.threads))

    @worker_connections.setter
    def worker_connections(self, limit: int) -> None:
        self._limit = limit

    def run(self) -> None:
        """The main thread leads first; at the end it leads again, and sees to what is open."""
        self._lead = Lead()
        for number in range(1, self.cfg.threads):
            threading.Thread(target=self._stand_by, name=f"requests {number}", daemon=True).start()
        super().run()

    def _stand_by(self) -> None:
        self._lead.follow()
        try:
            while self.alive:
                self._round()
        except Exception:  # as of a system without free files: the master starts another worker
            self.log.exception("a worker ends")
            self.alive = False
        self._lead.hand_over()

    def _round(self) -> None:
        """As the main thread's loop."""
        self.notify()
        self.set_accept_enabled(self.nr_conns < self.worker_connections)
        self.wait_for_and_dispatch_events(timeout=1.0)
        self.murder_keepalived()
        self.murder_pending()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        try:
            super().wait_for_and_dispatch_events(timeout)
        except _Replaced:
            self._lead.follow()

    def notify(self) -> None:
        """A sign of life for the master, which looks for one much more seldom."""
        now = time.monotonic()
        if now - self._beat >= _BEAT_SECONDS:
            self._beat = now
            super().notify()

    def enqueue_req(self, conn: TConn) -> None:
        """Answer; a new connection that says nothing waits with the others."""
        if not conn.initialized and not conn.data_ready:
            conn.data_ready = _speaks(conn)
            if not conn.data_ready:
                self.finish_request(conn, _Done(_DEFER))
                return
        self._lead.begin()
        stays = self.handle(conn)
        if not stays:
            with suppress(OSError):
                conn.close(graceful=True)
        finish = partial(self.finish_request, conn, _Done(stays)) if stays else self._forget
        if self._lead.end():
            finish()
        else:
            self.method_queue.defer(finish)
            raise _Replaced

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Answer a request of HTTP/1, as gunicorn does, but in one piece; whether the connection
        stays. Neither its log of accesses nor its hooks are used."""
        response, environ = wsgi.create(
            req, conn.sock, conn.client, conn.server, self.cfg, response_class=WholeResponse
        )
        environ["wsgi.multithread"] = True
        if not self.alive or len(self.keepalived_conns) >= self.max_keepalived:
            response.force_close()
        try:
            self._answer(response, environ)
        except Exception:
            if not response.headers_sent:
                raise
            self.log.exception("an answer was broken off")
            response.force_close()
        return not response.should_close()

    def _answer(self, response: WholeResponse, environ: dict[str, Any]) -> None:
        answer = self.wsgi(environ, response.start_response)
        try:
            if isinstance(answer, environ["wsgi.file_wrapper"]):
                response.write_file(answer)
            else:
                for piece in answer:
                    response.write(piece)
            response.close()
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """Gunicorn looks for what is left of the body, for a while; mostly all of it was read."""
        body = conn.parser.mesg.body
        if keepalive and not body.failed and getattr(body.reader, "length", None) == 0:
            return True
        return bool(super()._keepalive_after(conn, keepalive))

    def _forget(self) -> None:
        self.nr_conns -= 1


def _speaks(conn: TConn) -> bool:
    """Whether a new connection's request, or its end, is there."""
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(_FIRST_WAIT_MILLISECONDS))
