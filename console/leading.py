"""Leader and followers: of some threads one leads, and answers what it finds; the others wait.

The pattern of Schmidt and others, "Pattern-Oriented Software Architecture", volume 2.
"""

from __future__ import annotations

import threading
import time

PATIENCE_SECONDS = 0.05
_LOOK_EVERY_SECONDS = 0.025
# The main thread hears of a signal when it wakes: gunicorn has system calls go on after SIGTERM.
_WAKE_SECONDS = 0.5


class Lead:
    """Which thread leads: at first the one that makes this.

    A leader tells when a task begins and ends. One that takes longer over a task than
    `PATIENCE_SECONDS` loses the lead to a follower: `end` tells it so.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leader: int | None = threading.get_ident()
        self._since: float | None = None
        self._watching = threading.Lock()
        self._stir = threading.Event()
        self._dozes = False

    def begin(self) -> None:
        """The leader's task begins."""
        self._since = time.monotonic()
        if self._dozes:
            self._stir.set()

    def end(self) -> bool:
        """The task is done; whether the thread leads still."""
        with self._lock:
            if self._leader not in (None, threading.get_ident()):
                return False
            self._leader, self._since = threading.get_ident(), None
            return True

    def hand_over(self) -> None:
        """Let another lead, if the thread does."""
        with self._lock:
            if self._leader != threading.get_ident():
                return
            self._leader = None
        self._stir.set()

    def follow(self) -> None:
        """Wait until the thread leads. One follower watches, the others wait to."""
        while not self._watching.acquire(timeout=_WAKE_SECONDS):
            pass
        try:
            while not self._takes():
                self._watch()
        finally:
            self._watching.release()

    def _takes(self) -> bool:
        with self._lock:
            if self._leader is not None and self._is_quick():
                return False
            self._leader, self._since = threading.get_ident(), None
            return True

    def _is_quick(self) -> bool:
        return self._since is None or time.monotonic() - self._since < PATIENCE_SECONDS

    def _watch(self) -> None:
        """Look again soon; while the leader has nothing to do, not before it has."""
        if self._since is None:
            self._dozes = True
            if self._since is None and self._leader is not None:
                self._stir.wait(_WAKE_SECONDS)
            self._dozes = False
        else:
            self._stir.wait(_LOOK_EVERY_SECONDS)
        self._stir.clear()
