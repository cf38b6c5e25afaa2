"""How two things that are measured are compared, and the servers that they are measured on.

Two that are compared take many short turns, so that a busy moment of the machine hits both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path

from tests.benchmarks import client
from tests.benchmarks.figures import Result
from tests.live_server import LiveServer

SECONDS = 0.5
TURNS = 21
MOST = 1_000  # more than anybody answers in a turn


def against(
    name: str, ours: Callable[[], float], theirs: Callable[[], float], goal: float = 0
) -> Result:
    """The ratio of the medians of many short turns; they alternate, so that noise hits both."""
    turns = [(ours(), theirs()) for _ in range(TURNS)]
    one, other = (statistics.median(figures) for figures in zip(*turns, strict=True))
    found = one / other
    return (name, f"{found:.2f}  ({one:,.0f} / {other:,.0f} a second)", found >= goal)


def rate(port: int, requests: Iterable[bytes]) -> float:
    """Answers a second; all must be a 200. Requests that are made one by one are signed before."""
    ready = list(islice(requests, MOST)) if isinstance(requests, Iterator) else requests
    load = client.run(port, ready, SECONDS)
    if load.failed:
        raise SystemExit(f"{load.failed} requests were not answered with 200")
    return load.per_second


def thrift(server: LiveServer, requests: Iterable[bytes]) -> float:
    """Answers for each second of processor time of the workers."""
    before, began = processor_seconds(server), time.perf_counter()
    answers = rate(server.port, requests) * (time.perf_counter() - began)
    return answers / (processor_seconds(server) - before)


def processor_seconds(server: LiveServer) -> float:
    """What the workers have used so far."""
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in server.workers_of()]
    ticks = [stat.rpartition(")")[2].split()[11:13] for stat in stats]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


@contextmanager
def moto_server() -> Iterator[int]:
    port = LiveServer(Path()).port
    with process("-m", "moto.server", "-p", str(port), port=port):
        yield port


@contextmanager
def process(*arguments: str, port: int) -> Iterator[None]:
    """A Python process until the end of the block, once it listens."""
    quiet = subprocess.DEVNULL
    running = subprocess.Popen([sys.executable, *arguments], stdout=quiet, stderr=quiet)
    try:
        for _ in range(300):
            try:
                HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        running.terminate()
        running.wait(timeout=30)
