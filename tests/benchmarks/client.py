"""A load client that costs the machine little: ready-made bytes over kept connections, one thread.

Requests are signed before the clock starts; a response is read to its end and its status checked.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import cycle

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.credentials import Key

CONNECTIONS = 16
FORM = "application/x-www-form-urlencoded; charset=utf-8"


@dataclass
class Load:
    """What a run came to: answers a second, and how many were not a 200."""

    per_second: float
    failed: int


def signed_post(port: int, key: Key, service: str, body: str) -> bytes:
    """The bytes of a signed POST, as boto3 sends it."""
    headers = signed_headers(port, key, service, body)
    return _http("POST", {"Content-Length": len(body), **headers}, body)


def signed_headers(port: int, key: Key, service: str, body: str) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}/"
    request = AWSRequest("POST", url, {"Content-Type": FORM}, body.encode())
    credentials = Credentials(key.id, key.secret, key.token)
    SigV4Auth(credentials, service, "us-east-1").add_auth(request)
    return {"Host": f"127.0.0.1:{port}", **dict(request.headers)}


def get(port: int) -> bytes:
    return _http("GET", {"Host": f"127.0.0.1:{port}"}, "")


def _http(method: str, headers: Mapping[str, object], body: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} / HTTP/1.1\r\n{lines}\r\n{body}".encode()


def run(port: int, requests: Iterable[bytes], seconds: float) -> Load:
    """Send `requests` round and round on 16 connections for so long, or to the first answer."""
    todo, done, failed = cycle(requests), 0, 0
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            _open(selector, port, next(todo))
        began = time.perf_counter()
        while not done or time.perf_counter() - began < seconds:
            for ready, _ in selector.select(timeout=1):
                answer = _read(ready)
                if answer is None:
                    continue
                done += 1
                failed += not answer.startswith(b"HTTP/1.1 200")
                _again(selector, ready, port, next(todo))
        elapsed = time.perf_counter() - began
        for ready in list(selector.get_map().values()):
            ready.fileobj.close()  # type: ignore[union-attr]  # sockets all
    return Load(done / elapsed, failed)


def _open(selector: selectors.BaseSelector, port: int, request: bytes) -> None:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(request)
    selector.register(connection, selectors.EVENT_READ, bytearray())


def _read(ready: selectors.SelectorKey) -> bytes | None:
    """The whole answer, or None while a part is missing."""
    connection: socket.socket = ready.fileobj  # type: ignore[assignment]  # sockets all
    part = connection.recv(65536)
    ready.data.extend(part)
    if not part:
        return bytes(ready.data) or b"closed"
    head, found, body = bytes(ready.data).partition(b"\r\n\r\n")
    if not found or len(body) < _length(head):
        return None
    return bytes(ready.data)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


def _again(
    selector: selectors.BaseSelector, ready: selectors.SelectorKey, port: int, request: bytes
) -> None:
    """The next request on the same connection, or on a new one if the server closed this."""
    connection: socket.socket = ready.fileobj  # type: ignore[assignment]  # sockets all
    closing = b"connection: close" in bytes(ready.data[:400]).lower()
    if closing or not ready.data:
        selector.unregister(connection)
        connection.close()
        _open(selector, port, request)
    else:
        ready.data.clear()
        connection.sendall(request)
