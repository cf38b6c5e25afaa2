"""An HTTP answer in one piece."""

from __future__ import annotations

from typing import Any

from gunicorn.http.wsgi import Response


class WholeResponse(Response):  # type: ignore[misc]  # gunicorn ships no types
    """Head and body leave together, where gunicorn's own sends two packets: who asks is woken once.

    That is for bodies of a known length, but not for files, which the kernel sends by itself.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.headers_sent = False
        self._head = b""
        self._is_file = False

    def send_headers(self) -> None:
        if self.headers_sent:
            return
        lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers)]
        self._head = f"{''.join(lines)}\r\n".encode("latin-1")
        self.headers_sent = True
        if self._is_file or self._omits_body or not self.response_length:
            self._send_head()

    def write_file(self, answer: Any) -> None:
        self._is_file = True
        super().write_file(answer)

    def _emit_body(self, data: bytes) -> None:
        head, self._head = self._head, b""
        super()._emit_body(head + data)

    def close(self) -> None:
        super().close()
        self._send_head()  # of a body that never came

    def _send_head(self) -> None:
        if self._head:
            self.sock.sendall(self._head)
            self._head = b""
