"""An address that no document may make us ask for."""

from __future__ import annotations

import socket
from functools import cache


@cache
def listener() -> socket.socket:
    """Whoever follows an address in a document comes here."""
    found = socket.create_server(("127.0.0.1", 0))
    found.setblocking(False)
    return found


def nobody_came() -> bool:
    try:
        listener().accept()
    except BlockingIOError:
        return True
    return False


def address() -> str:
    """One that must not be asked; `nobody_came` tells."""
    return f"http://127.0.0.1:{listener().getsockname()[1]}/x"
