"""Starting other people's servers, and ending them with everything that they started."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

_START_SECONDS = 20
_STOP_SECONDS = 5
# The peers' certificates are made for one test run; who they are is not what is waited for.
_ANY_CERTIFICATE = ssl._create_unverified_context()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str | Path], ready: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """The command in a process group of its own, from when `ready` answers until it is ended.

    Raises RuntimeError with its log when it does not come up.
    """
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        _wait(process, ready, log)
        yield
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not _answers(ready):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"`{ready}` does not answer\n{log.read_text()}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5, context=_ANY_CERTIFICATE) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: PHP's server and others leave their workers behind otherwise."""
    _signal(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    _signal(process.pid, signal.SIGKILL)
    process.wait(_STOP_SECONDS)


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
