"""An answer leaves in one piece, whatever kind it is of."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.wsgi import FileWrapper, Response

from console.answers import WholeResponse


class Line:
    """One end of a connection, which notes how often something is sent."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.sent = 0

    def sendall(self, data: bytes) -> None:
        self.sent += 1
        self.ours.sendall(data)

    def sendfile(self, *args: Any, **kwargs: Any) -> int:
        return self.ours.sendfile(*args, **kwargs)

    def received(self) -> tuple[str, bytes]:
        """Head and body, of which the time is taken out."""
        self.ours.close()
        parts = b""
        while part := self.theirs.recv(65536):
            parts += part
        head, _, body = parts.partition(b"\r\n\r\n")
        lines = [line for line in head.decode().split("\r\n") if not line.startswith("Date:")]
        return "\n".join(lines), body


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    made = [Line(), Line()]
    yield made
    for line in made:
        line.ours.close()
        line.theirs.close()


@pytest.fixture
def line(lines: list[Line]) -> Line:
    return lines[0]


def answer(
    line: Line, kind: type[Response], pieces: Any, *headers: tuple[str, str], **request: Any
) -> None:
    asked = {"method": "GET", "version": (1, 1), "should_close": lambda: False, **request}
    response = kind(SimpleNamespace(**asked), line, Config())
    response.start_response(asked.get("status", "200 OK"), list(headers))
    if isinstance(pieces, FileWrapper):
        response.write_file(pieces)
    else:
        for piece in pieces:
            response.write(piece)
    response.close()


KNOWN = ("Content-Length", "4")
CASES: dict[str, tuple[list[bytes], list[tuple[str, str]], dict[str, Any]]] = {
    "of a known length": ([b"body"], [KNOWN], {}),
    "in two pieces": ([b"bo", b"dy"], [KNOWN], {}),
    "with more than was said": ([b"body and more"], [KNOWN], {}),
    "with nothing of what was said": ([], [KNOWN], {}),
    "empty": ([], [("Content-Length", "0")], {}),
    "of an unknown length": ([b"bo", b"dy"], [], {}),
    "of an unknown length, for an old client": ([b"body"], [], {"version": (1, 0)}),
    "to HEAD": ([], [KNOWN], {"method": "HEAD"}),
    "not modified": ([], [], {"status": "304 Not Modified"}),
    "without content": ([], [], {"status": "204 No Content"}),
}


@pytest.mark.parametrize(("pieces", "headers", "request_"), CASES.values(), ids=CASES)
def test_what_arrives_is_what_gunicorn_sends(
    lines: list[Line],
    pieces: list[bytes],
    headers: list[tuple[str, str]],
    request_: dict[str, Any],
) -> None:
    ours, theirs = lines
    answer(ours, WholeResponse, pieces, *headers, **request_)
    answer(theirs, Response, pieces, *headers, **request_)
    assert ours.received() == theirs.received()


def test_an_answer_of_a_known_length_is_sent_once(line: Line) -> None:
    answer(line, WholeResponse, [b"body"], KNOWN)
    assert line.sent == 1


def test_a_file_follows_its_head(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"body" * 1000)
    with path.open("rb") as file:
        answer(line, WholeResponse, FileWrapper(file), ("Content-Length", "4000"))
    head, body = line.received()
    assert head.startswith("HTTP/1.1 200 OK")
    assert body == b"body" * 1000
