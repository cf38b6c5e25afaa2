"""One worker of the real server: a slow request, or a client that says nothing, holds nobody up."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from console.server import THREADS
from tests import prepared
from tests.live_server import PROJECT, free_port

SOON = 10.0
# Answers with its path, after as many seconds as its query says.
_PROGRAM = """
import sys, time
import django
django.setup()
from console.server import Server

def application(environ, start_response):
    time.sleep(float(environ["QUERY_STRING"] or 0))
    body = environ["PATH_INFO"].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

Server(lambda: application, bind="127.0.0.1:" + sys.argv[1], workers=1).run()
"""


@dataclass
class Running:
    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=SOON * 3)

    def get(self, path: str, seconds: float = 0) -> tuple[str, float]:
        """What is answered, and when."""
        with closing(self.connect()) as connection:
            connection.request("GET", f"{path}?{seconds}")
            return connection.getresponse().read().decode(), time.monotonic()

    def socket(self, data: bytes = b"") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=SOON)
        connection.sendall(data)
        return connection


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    prepared.copy_to(tmp_path)
    port = free_port()
    settings = {"DJANGO_SETTINGS_MODULE": "console.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(port)],
        cwd=PROJECT,
        env={**prepared.environment(tmp_path), **settings},
        stderr=subprocess.DEVNULL,
    )
    made = Running(port, process)
    _wait(lambda: _answers(made))
    yield made
    process.terminate()
    process.wait(40)


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON * 6
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def _answers(running: Running) -> bool:
    try:
        return running.get("/ready")[0] == "/ready"
    except OSError:
        return False


@pytest.fixture
def clients() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(THREADS * 2) as pool:
        yield pool


def test_slow_requests_hold_nobody_up_while_a_thread_is_free(
    running: Running, clients: ThreadPoolExecutor
) -> None:
    slow = [clients.submit(running.get, f"/slow{n}", 3) for n in range(THREADS - 1)]
    time.sleep(0.3)
    answers = [running.get(f"/quick{n}") for n in range(10)]
    assert [text for text, _ in answers] == [f"/quick{n}" for n in range(10)]
    assert answers[-1][1] < min(one.result()[1] for one in slow)
    assert [one.result()[0] for one in slow] == [f"/slow{n}" for n in range(THREADS - 1)]


def test_more_slow_requests_than_threads_are_all_answered(
    running: Running, clients: ThreadPoolExecutor
) -> None:
    slow = [clients.submit(running.get, f"/slow{n}", 0.3) for n in range(THREADS * 2)]
    assert [one.result()[0] for one in slow] == [f"/slow{n}" for n in range(THREADS * 2)]
    assert running.get("/quick")[0] == "/quick"


def test_clients_that_say_nothing_hold_nobody_up(running: Running) -> None:
    silent = [running.socket() for _ in range(THREADS * 3)]
    began = time.monotonic()
    assert running.get("/quick")[1] - began < 4  # before the silent are sent away, after 5
    for one in silent:
        one.close()


def test_a_client_that_says_half_of_it_holds_nobody_up(running: Running) -> None:
    with running.socket(b"GET /half HTTP/1.1\r\n") as half:
        assert running.get("/quick")[0] == "/quick"
        half.sendall(b"Host: here\r\n\r\n")
        assert b"/half" in half.recv(1000)


def test_a_connection_that_was_slow_is_kept(running: Running) -> None:
    """Its thread no longer leads when it is done: another sees to the connection."""
    with closing(running.connect()) as connection:
        for path in ("/one?0.3", "/two?0", "/three?0.3", "/four?0"):
            connection.request("GET", path)
            answer: HTTPResponse = connection.getresponse()
            assert answer.read().decode() == path.partition("?")[0]
            assert not answer.will_close


def test_requests_that_come_at_once_are_answered_in_their_order(running: Running) -> None:
    asked = b"".join(b"GET /%d?0.1 HTTP/1.1\r\nHost: here\r\n\r\n" % n for n in range(5))
    with running.socket(asked) as connection:
        got = b""
        while got.count(b"HTTP/1.1 200 OK") < 5 or not got.endswith(b"/4"):
            part = connection.recv(4096)
            assert part
            got += part
    assert [got.index(b"\r\n\r\n/%d" % n) for n in range(5)] == sorted(
        got.index(b"\r\n\r\n/%d" % n) for n in range(5)
    )


def test_a_body_that_nobody_read_is_not_taken_for_the_next_request(running: Running) -> None:
    with closing(running.connect()) as connection:
        for _ in range(3):
            connection.request("POST", "/form", b"GET /hidden HTTP/1.1\r\n\r\n" * 40)
            assert connection.getresponse().read() == b"/form"


def test_what_was_begun_is_answered_before_the_end(
    running: Running, clients: ThreadPoolExecutor
) -> None:
    slow = [clients.submit(running.get, f"/slow{n}", 1.5) for n in range(THREADS)]
    time.sleep(0.5)
    running.process.send_signal(signal.SIGTERM)
    assert [one.result()[0] for one in slow] == [f"/slow{n}" for n in range(THREADS)]
    assert running.process.wait(SOON) == 0


def test_an_idle_worker_ends_at_once(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(SOON) == 0
