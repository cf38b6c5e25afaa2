"""The production server as a subprocess, and its command line, on data of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests import prepared
from tests.credentials import PASSWORD, Key
from tests.prepared import PROJECT as PROJECT

_START_SECONDS = 180  # of a machine that is busy with other tests


@dataclass
class LiveServer:
    """`manage.py serve` on a free port of loopback, with a data directory of its own."""

    data: Path
    workers: int = 2
    settings: dict[str, str] = field(default_factory=dict)
    migrate: bool = True
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None
    clients: list[Any] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        own = prepared.environment(self.data)
        return {**own, "BARTIZAN_BASE_URL": self.url, **self.settings}

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """What a command prints; CalledProcessError when it fails."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def start(self) -> float:
        """Start and wait until it answers; returns how many seconds that took."""
        began = time.monotonic()
        command = ["serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *command, *(["--migrate"] * self.migrate)],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        while not self.answers():
            if time.monotonic() - began > _START_SECONDS or self.process.poll() is not None:
                self.process.kill()  # a late one would go on starting behind the other tests
                self.process.wait()
                raise RuntimeError(self.log.read_text())
            time.sleep(0.02)
        return time.monotonic() - began

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def workers_of(self) -> list[int]:
        """Process IDs of the workers: the children of the master."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def stop(self) -> int:
        """Ask it to finish; returns the exit code. A connection that a client keeps would be waited
        for."""
        assert self.process is not None
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def account(self, name: str = "Example", email: str = "root@example.test") -> tuple[str, Key]:
        """A new account's ID and a key of its root user, whose password is PASSWORD."""
        made: dict[str, Any] = json.loads(
            self.manage(
                *("create_account", "--name", name, "--email", email, "--password-stdin"),
                *("--access-key", "--format", "json"),
                stdin=PASSWORD + "\n",
            )
        )
        key = made["AccessKey"]
        return made["AccountId"], Key(key["AccessKeyId"], key["SecretAccessKey"])

    def client(self, service: str, key: Key) -> Any:
        """An unmodified boto3 client."""
        client: Any = boto3.client(  # type: ignore[call-overload]  # any service
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=key.id,
            aws_secret_access_key=key.secret,
            aws_session_token=key.token,
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.clients.append(client)
        return client


@contextmanager
def serving(data: Path, *, workers: int = 2, **settings: str) -> Iterator[LiveServer]:
    """A running server, stopped at the end whatever happens; the log is in its data directory."""
    prepared.copy_to(data)
    server = LiveServer(data, workers=workers, settings=settings, migrate=False)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
